package dev.cloakroom.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionLimit;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What an adapter must do for sessions over HTTP. The server answers requests of these paths:
 *
 * <ul>
 *   <li>{@code /put?name=a&value=b} sets an attribute to a text
 *   <li>{@code /get} returns all attributes, as {@code a=b}, sorted and joined by commas
 *   <li>{@code /login?user=ada}, {@code /logout}
 *   <li>{@code /who} returns the principal, or {@code nobody}
 * </ul>
 */
public abstract class HttpScenarios {

    /** A server that is running. */
    public interface Server extends AutoCloseable {

        int port();

        @Override
        void close();
    }

    /** Starts a server over an engine, which the caller closes. */
    protected abstract Server start(SessionEngine engine) throws Exception;

    /** Returns the name of the cookie that the server sets. */
    protected String cookieName(SessionEngine engine) {
        return engine.cookiePolicy().name();
    }

    /** Returns an empty store. */
    protected SessionStore newStore() {
        return HeapSessionStore.create();
    }

    private SessionEngine newEngine() {
        return SessionEngine.builder()
                .keys(KeyRing.random())
                .store(newStore())
                .maxSessionsPerPrincipal(1, SessionLimit.END_OLDEST_LOGIN)
                .build();
    }

    @Test
    void fiftyParallelRequests_eachOfWhichChangesAnotherAttribute_areAllKept() throws Exception {
        try (SessionEngine engine = newEngine();
                Server server = start(engine)) {
            Visitor visitor = new Visitor();
            visitor.get(server.port(), "/put?name=first&value=0");
            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                responses.add(visitor.send(server.port(), "/put?name=n" + i + "&value=" + i));
            }
            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertThat(response.join().statusCode()).isEqualTo(200);
            }

            List<String> expected = new ArrayList<>(List.of("first=0"));
            for (int i = 0; i < 50; i++) {
                expected.add("n" + i + "=" + i);
            }
            assertThat(visitor.get(server.port(), "/get").split(",")).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(engine.metrics().sessions()).isEqualTo(1);
        }
    }

    @Test
    void eightParallelLogins_withALimitOfOne_leaveOne() throws Exception {
        try (SessionEngine engine = newEngine();
                Server server = start(engine)) {
            List<Visitor> visitors = new ArrayList<>();
            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Visitor visitor = new Visitor();
                visitors.add(visitor);
                responses.add(visitor.send(server.port(), "/login?user=ada"));
            }
            responses.forEach(CompletableFuture::join);

            assertThat(engine.sessionsOf("ada")).hasSize(1);
            assertThat(visitors.stream()
                            .map(visitor -> visitor.get(server.port(), "/who"))
                            .collect(Collectors.groupingBy(who -> who, Collectors.counting())))
                    .containsEntry("ada", 1L)
                    .containsEntry("nobody", 7L);
        }
    }

    @Test
    void cookieInTheLastOfSeveralFields_isFound() throws Exception {
        try (SessionEngine engine = newEngine();
                Server server = start(engine)) {
            Visitor visitor = new Visitor().with("A", "1").with("0", "2");
            visitor.get(server.port(), "/put?name=coat&value=red");

            assertThat(visitor.get(server.port(), "/get")).isEqualTo("coat=red");
        }
    }

    @Test
    void login_replacesTheCookie_andALateRequestDoesNotOverwriteIt() throws Exception {
        try (SessionEngine engine = newEngine();
                Server server = start(engine)) {
            Visitor visitor = new Visitor();
            visitor.get(server.port(), "/put?name=coat&value=red");
            Visitor late = visitor.copy();
            String before = visitor.cookie(cookieName(engine));

            visitor.get(server.port(), "/login?user=ada");
            late.get(server.port(), "/put?name=coat&value=stolen");

            assertThat(visitor.cookie(cookieName(engine))).isNotNull().isNotEqualTo(before);
            assertThat(late.cookie(cookieName(engine))).isEqualTo(before);
            assertThat(visitor.get(server.port(), "/get")).isEqualTo("coat=red");
            assertThat(visitor.get(server.port(), "/who")).isEqualTo("ada");
            assertThat(late.get(server.port(), "/who")).isEqualTo("nobody");
        }
    }

    @Test
    void logout_isFinal_forACopyOfTheCookieToo() throws Exception {
        try (SessionEngine engine = newEngine();
                Server server = start(engine)) {
            Visitor visitor = new Visitor();
            visitor.get(server.port(), "/login?user=ada");
            Visitor copy = visitor.copy();

            visitor.get(server.port(), "/logout");

            assertThat(visitor.cookie(cookieName(engine))).isNull();
            assertThat(copy.get(server.port(), "/who")).isEqualTo("nobody");
            assertThat(engine.sessionsOf("ada")).isEmpty();
        }
    }

    @Test
    void logoutEverywhere_endsTheSessionOfTheServer() throws Exception {
        try (SessionEngine engine = newEngine();
                Server server = start(engine)) {
            Visitor visitor = new Visitor();
            visitor.get(server.port(), "/login?user=ada");

            assertThat(engine.logoutEverywhere("ada")).isEqualTo(1);
            assertThat(visitor.get(server.port(), "/who")).isEqualTo("nobody");
        }
    }

    @Test
    void reading_storesNothing_andAForgedCookieReadsNothing() throws Exception {
        try (SessionEngine engine = SessionEngine.builder()
                        .keys(KeyRing.random())
                        .store(newStore())
                        .touchInterval(Duration.ofMinutes(30))
                        .build();
                Server server = start(engine)) {
            Visitor visitor = new Visitor();
            visitor.get(server.port(), "/put?name=coat&value=red");
            visitor.get(server.port(), "/get");
            long writes = engine.metrics().storeWrites();
            for (int i = 0; i < 5; i++) {
                assertThat(visitor.get(server.port(), "/get")).isEqualTo("coat=red");
            }
            assertThat(engine.metrics().storeWrites()).isEqualTo(writes);

            long reads = engine.metrics().storeReads();
            String cookie = cookieName(engine);
            String forged = "x" + visitor.cookie(cookie).substring(1);
            assertThat(new Visitor().with(cookie, forged).get(server.port(), "/get"))
                    .isEmpty();
            assertThat(engine.metrics().storeReads()).isEqualTo(reads);
        }
    }
}
