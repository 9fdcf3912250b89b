"""The script of each code point by ICU's numbers; written by tests/golden/make_unicode_scripts.py."""

from __future__ import annotations

import base64
import functools
import json
import zlib
from typing import Any

import numpy as np

# how long each run of code points of one script is, and its number: two lists as JSON, deflated
_RUNS = (
    b"c-qxjS$5nw47`v&xPs(a@^b%c45|Q7Qd@BxPn^uWxLIn63zov7&bM#rkbV?71VbA~K62MV?^T7WUys(-QJ3D*n@34U&gE!$co=3MGw&H<+9C"
    b"Q)AIXs`=4M%#F|lmgEY9!!(0fC7(U~|p<AO`ieG33*Lrz>`huUnGByOd<_Jliq*>}OI*stJF?xg#xEV!HmK3&IzFnK^hp*mQ=e^@tMx289iK"
    b"WN9K=Ebaal<w*XZ(dfG{V^H3PpF(e+<F7YtA@C@+>*B~us<xoC)M_{t<)cb)9RDpu{H#+oN@}DC$=q=+(c@zy}QUntq1+y_oQ+<s?cpU#3l="
    b"bCuN^JIK8^^df>#v`--$By{;NgG1tCem3hc!_23;HC+0%8^@Q}zEt<KRZ7i<d#Feo}wd<2RD_iPt3zUt1z&3QgJ`bOCzbz&%45ri_)E&#~vM"
    b"Xoapk8`dRtneY^uVsoZQSJ;Vea9Z<GRH~eR^s!Jp7wLnMzM0&?kiBrzLQ|9s^FzRLv-fFw4f71jC$;!nftl5F5fo%Y3K@EGPzFk3>pSFeZ!0"
    b"9C}fc*$W8<Vv2=-HCc=CSgOTm!6QE}yM~&$25j0Oy(lxw0snOnFB?rYBe*Qa`)Qs#<4)Xf0_($QZIPnR=0QqM<E3s~ikpsE3>Wi~q_Snqf)w"
    b"KprmS@L^7OFG7P@j+KFX$CEMTY=hL5Q+w}=^8G9ynk%SNK+Dc!xbU^10aXu8TAg~KQeGdl<Dt($j*!j*6!8YF2Jj*EPH?*m>h9KnRFK8IGBj"
    b"`T#~5z=+Dc9?S*xUw^mN^QZ{jqs~k=1@I5!^8~1h-$#;T1*vPG<f?oChGoaDH~91vcUPB$Ew3q0*RMk&1A_)EDqxkc!T64uhaq)9-lZ?pkK2"
    b"zQN{hlSaFXhi@t0HY&k1;$Rp;Omr)B6`<!-d^^BRByjYRnIS<BJfsfU|vnjQ!*aR|lFk2nnY`-n-AJ)kRo>Z~IO9LHUcS|nlHI`~Of@V6%Sl"
    b"B(NYuVjF_7vT^DPAvXS&4AflGPQ8BeAvDD>4jDD3zte!*_v8ktE=oW@31P0+GA%zrh{2M~*Pd)D&)FKhO&8IW5CbP0PJZ7VvM6h-)AfyimL*"
    b"<!;(o-?Lkk62*8ikD_jnT&@{CVY#J<H83PWVPYdEtae~()UD!83JxCRMJ@5SELSeL3}$8C;c;9)Eqfv7tEPiw@5~(?4iM84WL%7ztY`67gXa"
    b"YtZnPRj4R#|^hlfJ7Jj2FsVZKqu+CR1oFpu<0)rka#q}m}UcWOUwNvvi>Du`~Pd(p4V!3zmucOn&)l!`%%-YgL-o6uQ$@j>2R7Rw-F15b)|O"
    b"3+{xbc<P&!mLhFWWHjoDD=ug=`2zioz2sDb}H7biQXJ_>jNt7C|q{BSki{W$L=Al%foiv4k7ozNKeKH7^Fb(D-GQ_p(v@iQ`7=oNR>+t(#d2"
    b"xL)t1X<CI5o$90G%zl9aqZG|i<aIskXsXGY54N4)OwP}5`AmvubQxoN}(&z=k(jAf%iesY$6+RWl&7kWCHn*m{Qoi22t(agK3YexFo;S{xD!"
    b"S}!Uh)<hl*?XCT*K+?>)xcZHledoe_@M`R~#~+J4dUe!wYG-w#X^LR>QciC3bXUF}o|3PYX`1c36pJF<NHaZGhaq<+FP_7rgw7XVGG|>ki4J"
    b"?bh)67g|W|=@rZxwI1Cche{urzp%ArqxSBjv2;b@7rJImYfISXTRmbSo=gT-+9mkStfKCn#hzH7v8)Q3-ism0EX*S(2#bJfc-1NcWW--1FAG"
    b"y$A3}*n(+Ja8QQ9}O(WRwoWW^q6bXxj;d}AzqXuyY&n=Gd5<Ms8%9R`MJZy(7lgfZ<a&RY*qAj1CK??mZlFJxz(VDATdJx_oKv9;rDSMa6fH"
    b"l}!g(jghC@!<E4S^hBeuLk7VFNXeyL4Ge3Q{ziOJ_oga0a(DNxG3#!LR}w$6xW5XG?p=5z^cZy_No3YkjrR4N>BxeS54G*hsq?z0!HW$Q0fy"
    b"5q(UG3##?B<`+OI=2@|lMp|CyYm(KS$>ish`gOn>|t)609C``L~h2>T0;^gcViDmEgLxsClG{Zf{4fj%fdn$=v1uiA8N<S~smOBLta$L6`l>"
    b"KvRjM}R{-KLx53jR`5?VbB=3`u&0e-{cfbQ%w^#T=J`?_=>55~uC+f?{8a4OGe=MKZe@v6S;ZH}oZ3exC0ElCO}pmaXOD^DW|ZmODzJ&&z4c"
    b"h1|+JCj1b<A?KKqLa-4#jQzdXmB=$N^SKFuQQd#;hb?@I+_cx;jQ9dKce(EGbcJu=?APA*a66Kd{m}oGy4RVnUO0)6ejxk2ljC)4>lfi=i*}"
    b"9JGseyBZnxBKTGkWHh||+*4G_<i1`9ucbPwZ*qkP92z2my!tPjw}halQfASzOGj|WBqzu<C#{lBuPyWzwpF6#xm9rw$C|9i_VQdYiW&=u%pC"
    b"6<_9_(Ppt-*I{f$}4z93XE^=SU0TnSBR_?=v8%Nurp9%UcRBXYdN$Jl=d<7-eF@MpTp0u3>@hhJ&kS@dBJ+a$bP-v(Ie&!dTPy0?l?j$xud%"
    b"fzsA3h>lsJ?B(7h>>E=uMU5qT@)jx_^_LTMp{bf7QrF#$Z^w2L4fFEFTWUk(BSjsN#F{AdM;$xTd`nhG~|IQel)(hSnv`5G--"
    b"BHFP{;16Uf5*=nyQKe?@6T3Yd=%2_E5Y~g{{S)wmJ|"
)


@functools.cache
def _runs() -> tuple[Any, Any]:
    lengths, numbers = json.loads(zlib.decompress(base64.b85decode(_RUNS)))
    return np.cumsum(lengths), np.array(numbers, np.int32)


def scripts(points: Any) -> Any:
    """The number of each code point's script; -1 for what is no code point.

    >>> scripts(np.array([65, 0x3B1, -1]))
    array([25, 14, -1], dtype=int32)
    """
    starts, numbers = _runs()
    points = np.asarray(points)
    found = numbers[np.searchsorted(starts, points, side="right") - 1]
    return np.where((points >= 0) & (points <= 0x10FFFF), found, np.int32(-1))
