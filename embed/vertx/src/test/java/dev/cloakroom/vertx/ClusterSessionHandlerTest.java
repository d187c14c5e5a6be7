package dev.cloakroom.vertx;

import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.FreePorts;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** On one of two nodes. */
class ClusterSessionHandlerTest extends SessionHandlerContract {

    private final List<Integer> ports = FreePorts.several(2);
    private SessionStore otherNode;

    private InfinispanSessionStore node(int number) {
        return InfinispanSessionStore.builder()
                .clusterName("vertx-suite")
                .port(ports.get(number))
                .peers("127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1))
                .build();
    }

    @Override
    SessionStore newStore() {
        otherNode = node(0);
        return node(1);
    }

    @AfterAll
    void closeOtherNode() {
        otherNode.close();
    }
}
