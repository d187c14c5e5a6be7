package dev.cloakroom.scenarios;

import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.testkit.ChildProcess;
import dev.cloakroom.testkit.FreePorts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A cluster of two nodes: the test's, and one in another process that can be stopped by a signal. */
public final class OtherNode implements AutoCloseable {

    /** How long a store waits for an answer of the other node. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final ChildProcess process;
    private final String processId;
    private final InfinispanSessionStore store;

    /** Starts both nodes. The caller closes the test's store. */
    public OtherNode(String cluster) throws IOException, InterruptedException {
        List<Integer> ports = FreePorts.several(2);
        String port = ports.get(0).toString();
        String otherPort = ports.get(1).toString();
        process = new ChildProcess(OtherNode.class, cluster, otherPort, port);
        processId = process.await(line -> line.startsWith("up ")).split(" ")[1];
        store = node(cluster, port, otherPort);
        if (store.nodes() != 2) {
            throw new AssertionError("the nodes did not find each other");
        }
    }

    /** Runs the other node until its input ends. Takes the cluster's name, its own port and that of the test's node. */
    public static void main(String[] arguments) throws IOException {
        try (InfinispanSessionStore store = node(arguments[0], arguments[1], arguments[2])) {
            System.out.println("up " + ProcessHandle.current().pid() + " " + store.nodes());
            System.out.flush();
            while (System.in.read() >= 0) {
                // Until the test closes it.
            }
        }
        System.exit(0);
    }

    private static InfinispanSessionStore node(String cluster, String port, String otherPort) {
        return InfinispanSessionStore.builder()
                .clusterName(cluster)
                .port(Integer.parseInt(port))
                .peers("127.0.0.1:" + port, "127.0.0.1:" + otherPort)
                .timeout(TIMEOUT)
                .build();
    }

    /** Returns the store of the test's node. */
    public InfinispanSessionStore store() {
        return store;
    }

    /** Makes the other node hang. */
    public void stop() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Makes the other node go on. */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", "-" + name, processId)
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new AssertionError("no signal " + name + " could be sent");
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
