package dev.cloakroom.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cloakroom.Attribute;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.scenarios.SlowStore;
import dev.cloakroom.scenarios.Visitor;
import dev.cloakroom.store.SessionStore;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.session.Session;
import io.undertow.server.session.SessionConfig.SessionCookieSource;
import io.undertow.server.session.SessionListener;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Undertow's session API over an engine, and responses on a store that answers later. */
class SessionApiTest {

    private static final Attribute<String> NAME = Attribute.ofString("name");
    private static final Attribute<Long> COUNT = Attribute.ofLong("count");

    private final SlowStore slow = new SlowStore(UndertowServer::isIoThread);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Completed by a handler that goes on after it has sent the response. */
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private SessionEngine engine;
    private CloakroomSessionManager manager;
    private UndertowServer server;
    private final Visitor visitor = new Visitor();

    private void start(SessionStore store, boolean withHandler, HttpHandler handler) {
        SessionEngine.Builder builder = SessionEngine.builder().keys(KeyRing.random());
        engine = (store == null ? builder : builder.store(store)).build();
        manager = new CloakroomSessionManager("test", engine);
        HttpHandler checked = exchange -> {
            try {
                handler.handleRequest(exchange);
            } catch (AssertionError e) {
                failure.set(e);
            }
        };
        server = UndertowServer.start(withHandler ? new CloakroomHandler(engine, checked) : checked);
    }

    @AfterEach
    void stop() throws Throwable {
        server.close();
        engine.close();
        slow.close();
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private String request(String path) {
        return visitor.get(server.port(), path);
    }

    private Session session(HttpServerExchange exchange) {
        return manager.getSession(exchange, null);
    }

    @Test
    void sessionIsThereFromCreateToInvalidate_withoutAHandlerBefore() {
        start(null, false, exchange -> {
            switch (exchange.getRequestPath()) {
                case "/create" -> {
                    assertThat(session(exchange)).isNull();
                    Session created = manager.createSession(exchange, null);
                    assertThat(session(exchange)).isSameAs(created);
                    assertThatIllegalStateException().isThrownBy(() -> manager.createSession(exchange, null));
                    assertThat(created.setAttribute("list", new ArrayList<>(List.of(1))))
                            .isNull();
                    assertThat(created.setAttribute("count", 1)).isNull();
                    assertThat(created.setAttribute("count", 2)).isEqualTo(1);
                    assertThat(created.getSessionManager()).isSameAs(manager);
                    created.setMaxInactiveInterval(77);
                }
                case "/read" -> {
                    assertThat(session(exchange).getAttributeNames()).containsExactly("count", "list");
                    assertThat(session(exchange).getAttribute("count")).isEqualTo(2);
                    assertThat(session(exchange).getMaxInactiveInterval()).isEqualTo(77);
                    assertThat(session(exchange).removeAttribute("count")).isEqualTo(2);
                    assertThat(session(exchange).getAttribute("count")).isNull();
                    session(exchange).setMaxInactiveInterval(-1);
                    assertThat(session(exchange).getMaxInactiveInterval()).isEqualTo(-1);
                    assertThat(session(exchange).getCreationTime())
                            .isLessThanOrEqualTo(session(exchange).getLastAccessedTime());
                }
                case "/invalidate" -> {
                    Session session = session(exchange);
                    session.invalidate(exchange);
                    assertThat(session.isInvalid()).isTrue();
                    assertThat(session(exchange)).isNull();
                    assertThatIllegalStateException().isThrownBy(() -> session.getAttribute("list"));
                    assertThatIllegalStateException().isThrownBy(() -> session.invalidate(exchange));
                }
                default -> assertThat(session(exchange)).isNull();
            }
        });

        request("/create");
        assertThat(manager.getStatistics().getActiveSessionCount()).isEqualTo(1);
        assertThat(manager.getStatistics().getCreatedSessionCount()).isEqualTo(1);
        assertThat(manager.getAllSessions()).isEmpty();
        request("/read");
        request("/invalidate");
        assertThat(manager.getStatistics().getActiveSessionCount()).isZero();
        request("/none");
    }

    @Test
    void valueChangedWithoutBeingSet_isStored() {
        start(null, true, exchange -> {
            Session session = session(exchange);
            if (session == null) {
                manager.createSession(exchange, null).setAttribute("list", new byte[] {1});
            } else {
                byte[] list = (byte[]) session.getAttribute("list");
                exchange.getResponseSender().send(Integer.toString(list[0]++));
            }
        });

        request("/");
        assertThat(request("/")).isEqualTo("1");
        assertThat(request("/")).isEqualTo("2");
    }

    @Test
    void id_isAPublicName_thatOpensNothing_andChangesWithChangeSessionId() {
        AtomicReference<String> name = new AtomicReference<>();
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        start(null, true, exchange -> {
            Session session = session(exchange);
            switch (exchange.getRequestPath()) {
                case "/create" -> name.set(manager.createSession(exchange, null).getId());
                case "/change" -> name.set(session.changeSessionId(exchange, null));
                case "/name" -> {
                    assertThat(new CloakroomSessionConfig(engine).findSessionId(exchange))
                            .isEqualTo(name.get());
                    assertThat(new CloakroomSessionConfig(engine).sessionCookieSource(exchange))
                            .isEqualTo(SessionCookieSource.COOKIE);
                    exchange.getResponseSender().send(session.getId());
                }
                default -> exchange.getResponseSender().send(session == null ? "none" : "some");
            }
        });
        manager.registerSessionListener(new SessionListener() {
            @Override
            public void sessionIdChanged(Session session, String oldSessionId) {
                told.add(oldSessionId);
            }
        });
        String cookie = engine.cookiePolicy().name();

        request("/create");
        String first = name.get();
        String firstCookie = visitor.cookie(cookie);
        assertThat(request("/name")).isEqualTo(first);
        assertThat(new Visitor().with(cookie, first).get(server.port(), "/")).isEqualTo("none");
        request("/change");
        assertThat(visitor.cookie(cookie)).isNotEqualTo(firstCookie);
        assertThat(request("/name")).isEqualTo(name.get()).isNotEqualTo(first);
        assertThat(told).containsExactly(first);
        assertThat(manager.getSession(first)).isNull();
        assertThat(manager.getSession("no name")).isNull();
        assertThat(manager.getSession((String) null)).isNull();

        Session found = manager.getSession(name.get());
        found.setAttribute("name", "Ada");
        assertThat(manager.getSession(name.get()).getAttribute("name")).isEqualTo("Ada");
        assertThatIllegalStateException().isThrownBy(() -> found.changeSessionId(null, null));
        found.invalidate(null);
        assertThat(request("/")).isEqualTo("none");
    }

    @Test
    void listenersAreTold() {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        start(null, true, exchange -> {
            Session session = manager.createSession(exchange, null);
            session.setAttribute("a", 1);
            session.setAttribute("a", 2);
            session.removeAttribute("a");
            session.invalidate(exchange);
        });
        manager.registerSessionListener(new SessionListener() {
            @Override
            public void sessionCreated(Session session, HttpServerExchange exchange) {
                told.add("created");
            }

            @Override
            public void sessionDestroyed(Session session, HttpServerExchange exchange, SessionDestroyedReason reason) {
                told.add("destroyed " + reason);
            }

            @Override
            public void attributeAdded(Session session, String name, Object value) {
                told.add("added " + value);
            }

            @Override
            public void attributeUpdated(Session session, String name, Object newValue, Object oldValue) {
                told.add("updated " + oldValue + " " + newValue);
            }

            @Override
            public void attributeRemoved(Session session, String name, Object oldValue) {
                told.add("removed " + oldValue);
            }
        });

        request("/");
        assertThat(told).containsExactly("created", "added 1", "updated 1 2", "removed 2", "destroyed INVALIDATED");
        assertThat(engine.metrics().sessions()).isZero();
    }

    @Test
    void defaultTimeout_holdsForNewSessions() {
        start(
                null,
                true,
                exchange -> exchange.getResponseSender()
                        .send("" + manager.createSession(exchange, null).getMaxInactiveInterval()));
        manager.setDefaultSessionTimeout(33);

        assertThat(request("/")).isEqualTo("33");
    }

    @Test
    void responseOfAnyKind_waitsForTheStore_withoutAThread() {
        String body = "x".repeat(300_000);
        start(slow, true, exchange -> {
            CloakroomHandler.session(exchange).put(NAME, exchange.getRequestPath());
            switch (exchange.getRequestPath()) {
                case "/empty" -> exchange.endExchange();
                case "/sender" -> exchange.getResponseSender().send(body);
                case "/stream" ->
                    new BlockingHandler(same -> {
                                same.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
                            })
                            .handleRequest(exchange);
                default -> exchange.setStatusCode(204);
            }
        });

        for (String path : List.of("/empty", "/sender", "/stream", "/status")) {
            Visitor each = new Visitor();
            HttpResponse<String> response = each.send(server.port(), path).join();
            assertThat(response.body()).hasSize(Set.of("/sender", "/stream").contains(path) ? body.length() : 0);
            String cookie = engine.cookiePolicy().name();
            assertThat(each.cookie(cookie)).as("cookie of %s", path).isNotNull();
            assertThat(engine.open(cookie + "=" + each.cookie(cookie)).get(NAME))
                    .isEqualTo(path);
        }
    }

    @Test
    void responsesOfHttp2_waitForTheStoreToo() throws Exception {
        String body = "x".repeat(300_000);
        start(slow, true, exchange -> {
            CloakroomHandler.session(exchange).update(COUNT, count -> count == null ? 1 : count + 1);
            exchange.getResponseSender().send(body);
        });
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        String cookie = "a=1";
        for (int i = 0; i < 3; i++) {
            // HTTP/2 may send each pair in a field of its own.
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + server.port()))
                            .header("Cookie", "a=1")
                            .header("Cookie", cookie)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body()).isEqualTo(body);
            if (i == 0) {
                cookie = response.headers()
                        .firstValue("Set-Cookie")
                        .orElseThrow()
                        .split(";", 2)[0];
            }
        }
        assertThat(engine.open(cookie).get(COUNT)).isEqualTo(3);
    }

    @Test
    void storeThatIsUnavailable_isA503AtTheOpening_andNeverAFalse200() {
        start(slow, true, exchange -> {
            CloakroomHandler.session(exchange).put(NAME, exchange.getRequestPath());
            if (exchange.getRequestPath().equals("/failing")) {
                slow.unavailable(true);
            }
            exchange.getResponseSender().send("stored");
        });
        request("/");

        // The connection is closed. A client may send such a request again by itself, and then gets the 503.
        int status = visitor.reconnected()
                .send(server.port(), "/failing")
                .handle((response, closed) -> closed == null ? response.statusCode() : -1)
                .join();
        assertThat(status).isIn(-1, 503);
        assertThat(visitor.reconnected().send(server.port(), "/").join().statusCode())
                .isEqualTo(503);
        slow.unavailable(false);
        assertThat(visitor.reconnected().get(server.port(), "/")).isEqualTo("stored");
    }

    @Test
    void storeThatFailsAtOnce_isA503_howeverTheResponseIsMade() {
        start(null, true, exchange -> {
            CloakroomHandler.session(exchange).put(NAME, "lost");
            engine.close();
            switch (exchange.getRequestPath()) {
                case "/sender" -> exchange.getResponseSender().send("stored");
                case "/stream" ->
                    new BlockingHandler(same -> same.getOutputStream().write("stored".getBytes(StandardCharsets.UTF_8)))
                            .handleRequest(exchange);
                default -> exchange.setStatusCode(204);
            }
        });

        for (String path : List.of("/empty", "/sender", "/stream")) {
            HttpResponse<String> response =
                    new Visitor().send(server.port(), path).join();
            assertThat(response.statusCode()).as(path).isEqualTo(503);
            assertThat(response.body()).isEmpty();
            assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
        }
    }

    @Test
    void explicitCommit_storesBeforeTheResponse_andAfterItBegan() throws Exception {
        start(null, true, exchange -> {
            CloakroomHandler.session(exchange).put(NAME, "before");
            assertThat(CloakroomHandler.commit(exchange).toCompletableFuture()).isCompleted();
            exchange.getResponseSender().send("sent");
            CloakroomHandler.session(exchange).put(NAME, "after");
            assertThat(CloakroomHandler.commit(exchange).toCompletableFuture()).isCompleted();
            done.complete(null);
        });

        assertThat(request("/")).isEqualTo("sent");
        done.get(30, TimeUnit.SECONDS);
        String cookie = engine.cookiePolicy().name();
        assertThat(engine.open(cookie + "=" + visitor.cookie(cookie)).get(NAME)).isEqualTo("after");
        assertThatIllegalStateException().isThrownBy(() -> CloakroomHandler.session(new HttpServerExchange(null)));
    }

    @Test
    void sessionThatIsFirstAskedForAfterTheResponseBegan_isRead_andNoneIsCreated() {
        start(null, false, exchange -> {
            if (exchange.getRequestPath().equals("/create")) {
                manager.createSession(exchange, null).setAttribute("name", "Ada");
            } else {
                exchange.getResponseSender().send("sent");
                Session session = session(exchange);
                if (exchange.getRequestHeaders().contains("Cookie")) {
                    assertThat(session.getAttribute("name")).isEqualTo("Ada");
                } else {
                    assertThat(session).isNull();
                    assertThatIllegalStateException().isThrownBy(() -> manager.createSession(exchange, null));
                }
            }
        });

        request("/late");
        request("/create");
        request("/late");
    }

    @Test
    void attributeSetAfterTheResponseBegan_isStored() throws Exception {
        start(null, true, exchange -> {
            Session session = session(exchange);
            if (session == null) {
                session = manager.createSession(exchange, null);
                exchange.getResponseSender().send("none");
                session.setAttribute("name", "Ada");
                done.complete(null);
            } else {
                exchange.getResponseSender().send((String) session.getAttribute("name"));
            }
        });

        assertThat(request("/")).isEqualTo("none");
        done.get(30, TimeUnit.SECONDS);
        assertThat(request("/")).isEqualTo("Ada");
    }
}
