package dev.cloakroom.vertx;

import dev.cloakroom.infinispan.InfinispanSessionStore;
import java.io.IOException;

/** A process that is another node of a test's cluster. It says its process id when it is up, and ends with its input. */
final class OtherNode {

    private OtherNode() {}

    /** Runs the node: the port of this one, and the port of the test's. */
    public static void main(String[] ports) throws IOException {
        try (InfinispanSessionStore store = node(ports[0], ports[1])) {
            System.out.println("up " + ProcessHandle.current().pid() + " " + store.nodes());
            System.out.flush();
            while (System.in.read() >= 0) {
                // Until the test closes it.
            }
        }
        System.exit(0);
    }

    static InfinispanSessionStore node(String port, String otherPort) {
        return InfinispanSessionStore.builder()
                .clusterName("event-loop-test")
                .port(Integer.parseInt(port))
                .peers("127.0.0.1:" + port, "127.0.0.1:" + otherPort)
                .timeout(EventLoopTest.TIMEOUT)
                .build();
    }
}
