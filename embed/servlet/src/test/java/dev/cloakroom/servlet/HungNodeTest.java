package dev.cloakroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.scenarios.OtherNode;
import dev.cloakroom.scenarios.Visitor;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tomcat on a node of a cluster whose other node is a process that is stopped by a signal. */
class HungNodeTest {

    private static final int VISITORS = 20;

    private static Stream<HttpResponse<String>> sendAll(List<Visitor> visitors, int port, String path) {
        List<CompletableFuture<HttpResponse<String>>> responses =
                visitors.stream().map(visitor -> visitor.send(port, path)).toList();
        return responses.stream().map(CompletableFuture::join);
    }

    @Test
    void changes_thatWaitForAHungNode_areAnsweredByAnError_andOtherRequestsAreServed() throws Exception {
        try (OtherNode other = new OtherNode("servlet-test");
                SessionEngine engine = SessionEngine.builder()
                        .keys(KeyRing.random())
                        .store(other.store())
                        .build();
                Server server = Scenarios.serve(TomcatServer::new, engine)) {
            List<Visitor> visitors = IntStream.range(0, VISITORS)
                    .mapToObj(number -> new Visitor())
                    .toList();
            assertThat(sendAll(visitors, server.port(), "/put?name=coat&value=red"))
                    .allMatch(response -> response.statusCode() == 200);

            other.stop();
            CompletableFuture<List<Integer>> changes =
                    CompletableFuture.supplyAsync(() -> sendAll(visitors, server.port(), "/put?name=coat&value=blue")
                            .map(HttpResponse::statusCode)
                            .toList());
            for (int i = 0; i < VISITORS; i++) {
                assertThat(new Visitor().get(server.port(), "/who")).isEqualTo("nobody");
            }
            assertThat(changes.join()).isSubsetOf(200, 503).contains(503);
            other.resume();
        }
    }
}
