package dev.cloakroom.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.scenarios.OtherNode;
import dev.cloakroom.scenarios.Visitor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One event loop, on a node of a cluster whose other node is another process that is stopped by a signal. */
class EventLoopTest {

    private static final int VISITORS = 20;

    private final ConcurrentLinkedQueue<String> blocked = new ConcurrentLinkedQueue<>();
    private OtherNode other;
    private SessionEngine engine;
    private VertxServer server;

    @BeforeEach
    void start() throws Exception {
        other = new OtherNode("event-loop-test");
        engine = SessionEngine.builder()
                .keys(KeyRing.random())
                .store(other.store())
                .build();
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setMaxEventLoopExecuteTime(20)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS)
                .setBlockedThreadCheckInterval(5)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS));
        ((VertxInternal) vertx).blockedThreadChecker().setThreadBlockedHandler(event -> noteIfWaiting(event.thread()));
        server = VertxServer.start(vertx, (same, router) -> {
            router.get("/ping").handler(context -> context.end("pong"));
            router.get("/blocking").handler(context -> {
                Session session = engine.open(context.request().headers().getAll("Cookie"));
                session.put(Attribute.ofString("round"), "blocking");
                engine.commit(session);
                context.end();
            });
            HandlerScenariosTest.routes(router, engine);
        });
    }

    @AfterEach
    void stop() throws Exception {
        other.resume();
        server.close();
        engine.close();
        other.close();
    }

    /** Tells a loop that waits from one that gets no processor on a busy machine, or loads classes. */
    private void noteIfWaiting(Thread thread) {
        Thread.State state = thread.getState();
        StackTraceElement[] trace = thread.getStackTrace();
        boolean waits = state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
        if (waits && Arrays.stream(trace).anyMatch(frame -> frame.getClassName().startsWith("dev.cloakroom."))) {
            blocked.add(Arrays.toString(trace));
        }
    }

    private List<CompletableFuture<HttpResponse<String>>> all(List<Visitor> visitors, String path) {
        return visitors.stream()
                .map(visitor -> visitor.send(server.port(), path))
                .toList();
    }

    private static List<Integer> statuses(List<CompletableFuture<HttpResponse<String>>> responses) {
        return responses.stream().map(response -> response.join().statusCode()).toList();
    }

    @Test
    void loopWaitsForNothing_whileTheOtherNodeHangs() throws Exception {
        List<Visitor> visitors = new ArrayList<>();
        for (int i = 0; i < VISITORS; i++) {
            visitors.add(new Visitor());
            visitors.get(i).get(server.port(), "/login?user=visitor" + i);
        }
        for (int round = 0; round < 5; round++) {
            assertThat(statuses(all(visitors, "/put?name=round&value=" + round)))
                    .containsOnly(200);
        }
        assertThat(blocked).isEmpty();

        other.stop();
        List<CompletableFuture<HttpResponse<String>>> changes = all(visitors, "/put?name=round&value=late");
        for (int i = 0; i < 10; i++) {
            assertThat(new Visitor().get(server.port(), "/ping")).isEqualTo("pong");
        }
        assertThat(changes).as("changes that wait for the other node").anyMatch(change -> !change.isDone());
        assertThat(statuses(changes)).isSubsetOf(200, 503).contains(503);
        assertThat(blocked).isEmpty();

        // The same by blocking calls: the check does find a loop that waits.
        visitors.get(0).send(server.port(), "/blocking").join();
        assertThat(blocked).isNotEmpty();
    }
}
