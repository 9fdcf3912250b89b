"""Clusters and servers, as tests/monitored_scripts.py: what is said lies in tests/golden/clusters.json."""

from __future__ import annotations


def cluster_spec(tf, say):
    spec = tf.train.ClusterSpec({"worker": ["w0:2222", "w1:2222"], "ps": {1: "ps1:2222"}, "none": []})
    say(spec)
    say(sorted(spec.jobs))
    say(sorted(spec.as_dict().items()))
    say(spec.num_tasks("worker"))
    say(spec.task_indices("ps"))
    say(spec.task_address("ps", 1))
    say(spec.job_tasks("ps"))
    say(spec.as_cluster_def())
    say(bool(spec))
    say(bool(tf.train.ClusterSpec({})))
    say(spec == tf.train.ClusterSpec(spec))
    say(spec == tf.train.ClusterSpec(spec.as_cluster_def()))
    say(spec == tf.train.ClusterSpec({"worker": ["w0:2222"]}))
    say(spec != tf.train.ClusterSpec({"worker": ["w0:2222"]}))


def cluster_def(tf, say):
    made = tf.train.ClusterDef(job=[tf.train.JobDef(name="worker", tasks={0: "a:1", 2: "b:2"})])
    say(tf.train.ClusterSpec(made))
    say(tf.train.ServerDef(cluster=made, job_name="worker", task_index=2, protocol="grpc"))


def cluster_of_list(tf, say):
    tf.train.ClusterSpec(["a:1"])


def cluster_tasks_text(tf, say):
    tf.train.ClusterSpec({"worker": "a:1"})


def cluster_address_number(tf, say):
    tf.train.ClusterSpec({"worker": [2222]})


def cluster_job_number(tf, say):
    tf.train.ClusterSpec({1: ["a:1"]})


def cluster_no_such_job(tf, say):
    tf.train.ClusterSpec({"worker": ["a:1"]}).num_tasks("ps")


def cluster_no_such_task(tf, say):
    tf.train.ClusterSpec({"worker": ["a:1"]}).task_address("worker", 1)


def server_of_something(tf, say):
    tf.train.Server(5)


def server_without_job(tf, say):
    tf.train.Server({"worker": ["localhost:0"], "ps": ["localhost:0"]})


def server_without_task(tf, say):
    tf.train.Server({"worker": ["localhost:0", "localhost:0"]}, job_name="worker")


def server_def(tf, say):
    server = tf.train.Server.create_local_server(config=tf.ConfigProto(allow_soft_placement=True))
    say(server.server_def)
    say(server.target.rpartition(":")[0])


def sessions_share_variables(tf, say):
    server = tf.train.Server.create_local_server()
    w = tf.Variable(1.0, name="w")
    grow = w.assign_add(1.0)
    with tf.Session(server.target) as sess:
        sess.run(w.initializer)
        sess.run(grow)
    with tf.Session(server.target) as sess:
        say(sess.run(grow))
    with tf.Graph().as_default():
        other = tf.Variable(7.0, name="w")
        with tf.Session(server.target) as sess:
            say(sess.run(other))
            sess.run(other.initializer)
    with tf.Session(server.target) as sess:
        say(sess.run(w))


def monitored_on_a_server(tf, say):
    server = tf.train.Server.create_local_server()
    step = tf.train.get_or_create_global_step()
    count = tf.assign_add(step, 1)

    class NoSaver:
        saver_def = None

        def build(self):
            """There is nothing to build."""

    for is_chief in (True, False):
        with tf.train.MonitoredTrainingSession(
            server.target, is_chief, scaffold=tf.train.Scaffold(saver=NoSaver())
        ) as sess:
            say(sess.run(count))


def device_setter(tf, say):
    cluster = {"ps": ["p:1", "p:2"], "worker": ["w:1"]}
    with tf.device(tf.train.replica_device_setter(cluster=cluster, worker_device="/job:worker/task:3/cpu:0")):
        w = [tf.Variable(1.0, name=name, use_resource=name == "c") for name in "abc"]
        with tf.device("/gpu:1"):
            d = tf.Variable(1.0, name="d")
            tf.add(w[0], d)
        with tf.device("/job:other"):
            tf.Variable(1.0, name="f")
        tf.Variable(1.0, name="g")
    for op in tf.get_default_graph().get_operations():
        say(op.name + " " + op.device)


def device_setter_of_own_ways(tf, say):
    setter = tf.train.replica_device_setter(
        ps_tasks=3, ps_device="/job:mine", worker_device="/cpu:0", ps_ops=["Const"], ps_strategy=lambda op: 2
    )
    with tf.device(setter):
        tf.Variable(1.0)
    for op in tf.get_default_graph().get_operations():
        say(op.name + " " + op.device)


def device_setter_that_does_not_merge(tf, say):
    with tf.device(tf.train.replica_device_setter(ps_tasks=1, merge_devices=False)):
        with tf.device("/gpu:0"):
            tf.Variable(1.0)
        tf.Variable(2.0)
    for op in tf.get_default_graph().get_operations():
        say(op.name + " " + op.device)


def device_setter_without_servers(tf, say):
    say(tf.train.replica_device_setter())
    say(tf.train.replica_device_setter(cluster={"worker": ["a:1"]}))


def device_setter_strategy(tf, say):
    tf.train.replica_device_setter(ps_tasks=1, ps_strategy=3)
