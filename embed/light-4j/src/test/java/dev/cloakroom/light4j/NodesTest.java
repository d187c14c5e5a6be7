package dev.cloakroom.light4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.scenarios.Visitor;
import dev.cloakroom.testkit.FreePorts;
import dev.cloakroom.undertow.CloakroomHandler;
import java.util.List;
import org.junit.jupiter.api.Test;

/** light-session-4j's scenario of several nodes, on two nodes of a cluster. */
class NodesTest {

    private final List<Integer> ports = FreePorts.several(2);
    private final KeyRing keys = KeyRing.random();

    private SessionEngine node(int number) {
        return SessionEngine.builder()
                .keys(keys)
                .store(InfinispanSessionStore.builder()
                        .clusterName("light-4j-test")
                        .port(ports.get(number))
                        .peers("127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1))
                        .build())
                .build();
    }

    private static LightServer server(SessionEngine engine) {
        CloakroomSessionManager manager = new CloakroomSessionManager(engine, ValueTypes.standard());
        return LightServer.start(new CloakroomHandler(engine, exchange -> Counter.count(exchange, manager)));
    }

    @Test
    void requestsToEitherNode_countOn() {
        try (SessionEngine one = node(0);
                SessionEngine other = node(1);
                LightServer first = server(one);
                LightServer second = server(other)) {
            Visitor visitor = new Visitor();
            for (int i = 0; i < 6; i++) {
                int port = i % 2 == 0 ? first.port() : second.port();
                assertThat(visitor.send(port, "/").join().headers().firstValue(Counter.COUNT))
                        .contains(Integer.toString(i));
            }
        }
    }
}
