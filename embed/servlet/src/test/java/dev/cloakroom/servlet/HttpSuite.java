package dev.cloakroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeType;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.servlet.Visitor.Answer;
import dev.cloakroom.store.StoreUnavailableException;
import dev.cloakroom.testkit.ManualClock;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the filter does over HTTP, in any container. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HttpSuite {

    private static final Instant BEGINNING = Instant.parse("2026-11-28T12:00:00Z");
    private static final Attribute<Cart> CART =
            Attribute.of("cart", AttributeType.of("cart/1", Cart::write, Cart::read));

    private final Server.Content content = new Server.Content();
    private Server server;
    private WatchedStore store;
    private ManualClock clock;
    private SessionEngine engine;
    private Visitor visitor;

    abstract Server start(Server.Content served) throws Exception;

    @BeforeAll
    void startServer() throws Exception {
        server = start(content);
    }

    @AfterAll
    void stopServer() {
        server.close();
    }

    @BeforeEach
    void defaults() throws Exception {
        store = new WatchedStore();
        clock = new ManualClock(BEGINNING);
        engine = settings().build();
        content.actions.clear();
        at(Server.ERROR_PAGE, (request, response) -> write(response, "error page"));
        content.use(CloakroomFilter.builder(engine).build());
        visitor = new Visitor(server.port());
    }

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    private SessionEngine.Builder settings() {
        return SessionEngine.builder()
                .keys(KeyRing.random())
                .store(store)
                .clock(clock)
                .withoutSweeping()
                .renewalInterval(Duration.ofHours(1));
    }

    private void useEngine(UnaryOperator<SessionEngine.Builder> setting) throws Exception {
        engine.close();
        store = new WatchedStore();
        engine = setting.apply(settings()).build();
        content.use(CloakroomFilter.builder(engine).build());
    }

    private void at(String path, Server.Action action) {
        content.actions.put(path, action);
    }

    /** Serves a session's attribute as text: what is stored, in the session that the cookie opens. */
    private void serveAttribute() {
        at("/read", (request, response) -> {
            HttpSession session = request.getSession(false);
            write(response, session == null ? "no session" : String.valueOf(session.getAttribute("a")));
        });
        at("/set", (request, response) -> {
            request.getSession().setAttribute("a", request.getParameter("value"));
            write(response, "set");
        });
    }

    private static void write(HttpServletResponse response, Object text) throws IOException {
        response.setContentType("text/plain");
        response.getWriter().print(text);
    }

    private String read() throws Exception {
        return visitor.get("/read").body();
    }

    // Creation, ids and times

    @Test
    void request_withoutASession_setsNoCookieAndWritesNothing() throws Exception {
        at(
                "/",
                (request, response) -> write(
                        response,
                        request.getSession(false) + " " + request.getRequestedSessionId() + " "
                                + request.isRequestedSessionIdValid() + " "
                                + request.isRequestedSessionIdFromCookie()));

        Answer answer = visitor.get("/");

        assertThat(answer.body()).isEqualTo("null null false false");
        assertThat(answer.cookies()).isEmpty();
        assertThat(store.writes).hasValue(0);
        assertThat(store.reads).hasValue(0);
    }

    @Test
    void getSession_creates_isNewUntilTheClientPresentsIt() throws Exception {
        at("/", (request, response) -> {
            HttpSession session = request.getSession();
            write(response, session.isNew() + " " + session.getId() + " " + (session == request.getSession(false)));
        });

        Answer first = visitor.get("/");
        Answer second = visitor.get("/");

        String id = first.body().split(" ")[1];
        assertThat(first.body()).isEqualTo("true " + id + " true");
        assertThat(first.cookies()).hasSize(1);
        assertThat(second.body()).isEqualTo("false " + id + " true");
        assertThat(second.cookies()).isEmpty();
    }

    @Test
    void getId_isNoSecret_opensNothing() throws Exception {
        at(
                "/",
                (request, response) ->
                        write(response, request.getSession().getId() + " " + request.getRequestedSessionId()));
        visitor.get("/");
        String cookie = visitor.cookie();

        String[] ids = visitor.get("/").body().split(" ");

        assertThat(ids[0]).isEqualTo(ids[1]);
        assertThat(cookie).doesNotContain(ids[0]).doesNotContain(ids[0].substring(0, 22));
        Visitor thief = new Visitor(server.port());
        thief.cookie = Visitor.COOKIE + "=" + ids[0];
        at("/", (request, response) -> write(response, request.getSession(false)));
        assertThat(thief.get("/").body()).isEqualTo("null");
    }

    @Test
    void requestedSessionId_ofASessionThatIsOver_isKnownAndInvalid() throws Exception {
        serveAttribute();
        visitor.get("/set?value=1");
        clock.advance(Duration.ofHours(1));
        at(
                "/",
                (request, response) -> write(
                        response,
                        request.isRequestedSessionIdValid() + " " + (request.getRequestedSessionId() != null) + " "
                                + request.isRequestedSessionIdFromCookie() + " "
                                + request.isRequestedSessionIdFromURL()));

        assertThat(visitor.get("/").body()).isEqualTo("false true true false");
    }

    @Test
    void getSession_ofAnEmptySession_isStoredUnlessTheFilterDropsThem() throws Exception {
        at("/", (request, response) -> write(response, request.getSession().isNew()));

        visitor.get("/");
        assertThat(visitor.get("/").body()).isEqualTo("false");

        content.use(CloakroomFilter.builder(engine).dropEmptySessions().build());
        Visitor other = new Visitor(server.port());
        assertThat(other.get("/").cookies()).isEmpty();
        assertThat(other.get("/").body()).isEqualTo("true");
    }

    @Test
    void times_beginningAndTheRequestBefore() throws Exception {
        at("/", (request, response) -> {
            HttpSession session = request.getSession();
            write(response, session.getCreationTime() + " " + session.getLastAccessedTime());
        });

        String first = visitor.get("/").body();
        clock.advance(Duration.ofMinutes(2));
        String second = visitor.get("/").body();
        clock.advance(Duration.ofMinutes(3));
        String third = visitor.get("/").body();

        long beginning = BEGINNING.toEpochMilli();
        assertThat(first).isEqualTo(beginning + " " + beginning);
        assertThat(second).isEqualTo(beginning + " " + beginning);
        assertThat(third).isEqualTo(beginning + " " + (beginning + 120_000));
    }

    @Test
    void changeSessionId_everythingElseStays_andTheOldCookieIsDead() throws Exception {
        serveAttribute();
        visitor.get("/set?value=kept");
        Visitor old = visitor.copy();
        clock.advance(Duration.ofMinutes(1));
        at("/change", (request, response) -> {
            HttpSession session = request.getSession();
            session.setMaxInactiveInterval(77);
            String before = session.getId();
            String after = request.changeSessionId();
            write(
                    response,
                    before.equals(after) + " " + after.equals(session.getId()) + " " + session.getCreationTime() + " "
                            + session.getMaxInactiveInterval() + " " + session.getAttribute("a"));
        });

        Answer changed = visitor.get("/change");

        assertThat(changed.body()).isEqualTo("false true " + BEGINNING.toEpochMilli() + " 77 kept");
        assertThat(changed.cookies()).hasSize(1);
        assertThat(read()).isEqualTo("kept");
        assertThat(old.get("/read").body()).isEqualTo("no session");
    }

    @Test
    void changeSessionId_ofANewSession_changesItToo() throws Exception {
        serveAttribute();
        at("/change", (request, response) -> {
            HttpSession session = request.getSession();
            session.setAttribute("a", "1");
            String before = session.getId();
            write(response, before.equals(request.changeSessionId()));
        });
        at("/none", (request, response) -> {
            assertThatThrownBy(request::changeSessionId).isInstanceOf(IllegalStateException.class);
            write(response, "refused");
        });

        assertThat(visitor.get("/none").body()).isEqualTo("refused");
        Answer changed = visitor.get("/change");
        assertThat(changed.body()).isEqualTo("false");
        assertThat(changed.cookies()).hasSize(1);
        assertThat(read()).isEqualTo("1");
    }

    @Test
    void invalidate_endsForGood_andTheCookieIsDeleted() throws Exception {
        serveAttribute();
        visitor.get("/set?value=1");
        Visitor copy = visitor.copy();
        at("/end", (request, response) -> {
            HttpSession session = request.getSession();
            session.invalidate();
            assertThatThrownBy(() -> session.getAttribute("a")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> session.setAttribute("a", 1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(session::invalidate).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(session::isNew).isInstanceOf(IllegalStateException.class);
            write(response, request.getSession(false) + " " + request.isRequestedSessionIdValid());
        });

        Answer ended = visitor.get("/end");

        assertThat(ended.body()).isEqualTo("null false");
        assertThat(ended.cookies()).singleElement().asString().contains("Max-Age=0");
        assertThat(copy.get("/read").body()).isEqualTo("no session");
    }

    @Test
    void invalidate_thenGetSession_isAnotherSession() throws Exception {
        serveAttribute();
        visitor.get("/set?value=old");
        at("/again", (request, response) -> {
            HttpSession before = request.getSession();
            String id = before.getId();
            before.invalidate();
            HttpSession session = request.getSession();
            session.setAttribute("b", "new");
            write(response, session.isNew() + " " + session.getId().equals(id) + " " + session.getAttribute("a"));
        });

        Answer again = visitor.get("/again");

        assertThat(again.body()).isEqualTo("true false null");
        assertThat(again.cookies()).singleElement().asString().doesNotContain("Max-Age=0");
        assertThat(read()).isEqualTo("null");
    }

    @Test
    void maxInactiveInterval_holdsForThisSession() throws Exception {
        serveAttribute();
        visitor.get("/set?value=1");
        at("/", (request, response) -> {
            HttpSession session = request.getSession();
            int before = session.getMaxInactiveInterval();
            session.setMaxInactiveInterval(Integer.parseInt(request.getParameter("seconds")));
            write(response, before + " " + session.getMaxInactiveInterval());
        });

        assertThat(visitor.get("/?seconds=0").body()).isEqualTo("1800 -1");
        clock.advance(Duration.ofHours(11));
        assertThat(visitor.get("/?seconds=60").body()).isEqualTo("-1 60");
        clock.advance(Duration.ofSeconds(50));
        assertThat(read()).isEqualTo("1");
        clock.advance(Duration.ofSeconds(65));
        assertThat(read()).isEqualTo("no session");
    }

    @Test
    void noAccess_requestsOfAPage_keepNoSessionAlive() throws Exception {
        serveAttribute();
        content.use(CloakroomFilter.builder(engine)
                .noAccess(request -> request.getParameter("poll") != null)
                .build());
        visitor.get("/set?value=1");
        clock.advance(Duration.ofMinutes(20));
        assertThat(visitor.get("/read?poll").body()).isEqualTo("1");
        clock.advance(Duration.ofMinutes(20));
        assertThat(read()).isEqualTo("no session");
    }

    @Test
    void getRemoteUserAndLogout_areTheContainers() throws Exception {
        serveAttribute();
        at("/logout", (request, response) -> {
            CloakroomFilter.session(request).login("ada");
            try {
                request.logout();
            } catch (ServletException e) {
                // Jetty refuses it without a realm.
            }
            write(response, request.getRemoteUser() + " " + request.getUserPrincipal());
        });
        visitor.get("/set?value=1");

        assertThat(visitor.get("/logout").body()).isEqualTo("null null");
        assertThat(read()).isEqualTo("1");
        assertThat(engine.sessionsOf("ada")).hasSize(1);
    }

    @Test
    void encodeUrl_writesNoId() throws Exception {
        at("/", (request, response) -> {
            request.getSession();
            write(response, response.encodeURL("/a") + response.encodeRedirectURL("/b"));
        });

        assertThat(visitor.get("/").body()).isEqualTo("/a/b");
    }

    // The engine's session

    @Test
    void session_ofTheFilter_isTheEnginesOfTheRequest() throws Exception {
        Attribute<Long> visits = Attribute.ofLong("visits");
        serveAttribute();
        at("/login", (request, response) -> {
            Session session = CloakroomFilter.session(request);
            session.update(visits, n -> n == null ? 1 : n + 1);
            String before = request.getSession(false) == null ? "none" : "some";
            session.login("ada");
            HttpSession http = request.getSession(false);
            http.setAttribute("a", "by servlet");
            write(response, before + " " + http.getAttribute("visits") + " " + session.get(Attribute.ofString("a")));
        });

        assertThat(visitor.get("/login").body()).isEqualTo("none 1 by servlet");
        assertThat(visitor.get("/login").body()).isEqualTo("some 2 by servlet");
        assertThat(engine.sessionsOf("ada")).hasSize(1);
        engine.logoutEverywhere("ada");
        assertThat(read()).isEqualTo("no session");
    }

    @Test
    void session_untouched_isNotStored() throws Exception {
        at(
                "/",
                (request, response) ->
                        write(response, CloakroomFilter.session(request).isNew()));

        assertThat(visitor.get("/").cookies()).isEmpty();
        assertThat(store.writes).hasValue(0);
    }

    @Test
    void session_loggedOutThroughTheEngine_isNoSessionOfTheRequest() throws Exception {
        serveAttribute();
        visitor.get("/set?value=1");
        at("/logout", (request, response) -> {
            HttpSession session = request.getSession();
            CloakroomFilter.session(request).logout();
            assertThatThrownBy(() -> session.getAttribute("a")).isInstanceOf(IllegalStateException.class);
            write(response, request.getSession(false));
        });

        Answer answer = visitor.get("/logout");

        assertThat(answer.body()).isEqualTo("null");
        assertThat(answer.cookies()).singleElement().asString().contains("Max-Age=0");
    }

    @Test
    void session_withoutTheFilter_saysWhatToDo() throws Exception {
        content.use((request, response, chain) -> chain.doFilter(request, response));
        at("/", (request, response) -> {
            assertThatThrownBy(() -> CloakroomFilter.session(request))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("map the filter to /*");
            write(response, "refused");
        });

        assertThat(visitor.get("/").body()).isEqualTo("refused");
    }

    @Test
    void accessor_outsideOfRequests_readsAndChanges() throws Exception {
        serveAttribute();
        AtomicReference<HttpSession.Accessor> accessor = new AtomicReference<>();
        at("/", (request, response) -> accessor.set(request.getSession().getAccessor()));
        visitor.get("/set?value=1");
        visitor.get("/");

        accessor.get().access(session -> session.setAttribute("a", session.getAttribute("a") + "2"));

        assertThat(read()).isEqualTo("12");
        accessor.get().access(HttpSession::invalidate);
        assertThat(read()).isEqualTo("no session");
        assertThatThrownBy(() -> accessor.get().access(session -> {})).isInstanceOf(IllegalStateException.class);
    }

    // What commits a response

    /** A way to send a response. The action begins a session before, or in the middle if it says so. */
    record Way(String name, Server.Action action) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Way> ways() {
        byte[] large = "x".repeat(200_000).getBytes(StandardCharsets.US_ASCII);
        return Stream.of(
                new Way("nothing at all", (request, response) -> {}),
                new Way("text that fits the buffer", (request, response) -> write(response, "text")),
                new Way("sendError", (request, response) -> response.sendError(409)),
                new Way("sendError with a message", (request, response) -> response.sendError(409, "conflict")),
                new Way("sendRedirect", (request, response) -> response.sendRedirect("/elsewhere")),
                new Way("sendRedirect with a status", (request, response) -> response.sendRedirect("/elsewhere", 307)),
                new Way("sendRedirect that keeps the buffer", (request, response) -> {
                    response.getWriter().print("x");
                    response.sendRedirect("/elsewhere", 303, false);
                }),
                new Way("flushBuffer", (request, response) -> response.flushBuffer()),
                new Way("flush of the stream", (request, response) -> {
                    response.getOutputStream().write(1);
                    response.getOutputStream().flush();
                }),
                new Way("flush of the writer", (request, response) -> {
                    response.getWriter().print("x");
                    response.getWriter().flush();
                }),
                new Way(
                        "close of the stream",
                        (request, response) -> response.getOutputStream().close()),
                new Way(
                        "close of the writer",
                        (request, response) -> response.getWriter().close()),
                new Way(
                        "a full buffer of the stream",
                        (request, response) -> response.getOutputStream().write(large)),
                new Way(
                        "a part of an array",
                        (request, response) -> response.getOutputStream().write(large, 1, large.length - 1)),
                new Way(
                        "a byte buffer",
                        (request, response) -> response.getOutputStream().write(ByteBuffer.wrap(large))),
                new Way("single bytes", (request, response) -> {
                    ServletOutputStream out = response.getOutputStream();
                    for (byte each : large) {
                        out.write(each);
                    }
                }),
                new Way(
                        "print of the stream",
                        (request, response) -> response.getOutputStream().print("x".repeat(200_000))),
                new Way("a quarter of the buffer", (request, response) -> {
                    response.setBufferSize(40_000);
                    response.getOutputStream().write(large, 0, 10_001);
                    response.getOutputStream().write(large, 0, 20_000);
                    response.getOutputStream().write(large, 0, 20_000);
                }),
                new Way(
                        "a full buffer of the writer",
                        (request, response) -> response.getWriter().print("\u20ac".repeat(100_000))),
                new Way("single characters", (request, response) -> {
                    PrintWriter out = response.getWriter();
                    for (int i = 0; i < 100_000; i++) {
                        out.write('x');
                    }
                }),
                new Way("lines and formats", (request, response) -> {
                    response.setCharacterEncoding("UTF-16");
                    PrintWriter out = response.getWriter();
                    for (int i = 0; i < 20_000; i++) {
                        out.printf("%d", i).println();
                    }
                }),
                new Way("a declared length that is reached", (request, response) -> {
                    response.setContentLength(3);
                    response.getOutputStream().write(new byte[3]);
                }),
                new Way("a long declared length that is reached", (request, response) -> {
                    response.setContentLengthLong(3);
                    response.getWriter().print("abc");
                }),
                new Way("a length in a header that is reached", (request, response) -> {
                    response.setHeader("content-length", "3");
                    response.getOutputStream().print("abc");
                }),
                new Way("a length in an added header that is reached", (request, response) -> {
                    response.addIntHeader("Content-Length", 3);
                    response.getOutputStream().print("abc");
                }),
                new Way("a length that is declared afterwards", (request, response) -> {
                    response.getOutputStream().write(new byte[3]);
                    response.setContentLength(3);
                }),
                new Way("reset after a commit of the session", (request, response) -> {
                    writeAThirdOfTheBuffer(response);
                    assertThat(response.getHeaders("Set-Cookie"))
                            .hasSize(request.getSession().isNew() ? 1 : 0);
                    response.reset();
                    response.flushBuffer();
                }),
                new Way("a new id after a commit of the session", (request, response) -> {
                    writeAThirdOfTheBuffer(response);
                    request.changeSessionId();
                    response.addHeader("Set-Cookie", "other=1");
                }),
                new Way(
                        "forward",
                        (request, response) ->
                                request.getRequestDispatcher("/target").forward(request, response)),
                new Way(
                        "forward with wrappers",
                        (request, response) -> request.getRequestDispatcher("/target")
                                .forward(new HttpServletRequestWrapper(request), response)),
                new Way(
                        "include",
                        (request, response) ->
                                request.getRequestDispatcher("/target").include(request, response)),
                new Way("an exception", (request, response) -> {
                    throw new IllegalStateException("of the test");
                }),
                new Way("complete on another thread", (request, response) -> {
                    AsyncContext async = request.startAsync();
                    async.start(async::complete);
                }),
                new Way("text and complete on another thread, with wrappers", (request, response) -> {
                    AsyncContext async = request.startAsync(request, response);
                    async.start(() -> {
                        try {
                            async.getResponse().getWriter().print("x");
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                        async.complete();
                    });
                }),
                new Way("flush on another thread", (request, response) -> {
                    AsyncContext async = request.startAsync();
                    async.start(() -> {
                        try {
                            async.getResponse().flushBuffer();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                        async.complete();
                    });
                }),
                new Way("dispatch", (request, response) -> {
                    AsyncContext async = request.startAsync();
                    async.start(() -> async.dispatch("/target"));
                }),
                new Way("dispatch with wrappers", (request, response) -> {
                    AsyncContext async = request.startAsync(request, response);
                    async.start(() -> async.dispatch("/target"));
                }),
                new Way("a timeout whose listener completes", (request, response) -> {
                    AsyncContext async = request.startAsync();
                    async.setTimeout(50);
                    async.addListener(new CompletesOnTimeout());
                    assertThat(request.getAsyncContext()).isSameAs(async);
                }));
    }

    /** The session is committed, as the characters may take four bytes each. The response is not: they take one. */
    private static void writeAThirdOfTheBuffer(HttpServletResponse response) throws IOException {
        for (int i = 0; i < response.getBufferSize() / 3; i++) {
            response.getWriter().write('x');
        }
        assertThat(response.isCommitted()).isFalse();
    }

    private static final class CompletesOnTimeout implements AsyncListener {

        @Override
        public void onTimeout(AsyncEvent event) {
            event.getAsyncContext().complete();
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }

    @ParameterizedTest
    @MethodSource("ways")
    void response_sentInAnyWay_hasTheCookieOfANewSession(Way way) throws Exception {
        serveAttribute();
        at("/target", (request, response) -> response.getWriter().print("target"));
        at("/way", (request, response) -> {
            request.getSession().setAttribute("a", "1");
            way.action().run(request, response);
        });

        Answer answer = visitor.get("/way");

        assertThat(answer.status() == 500).isEqualTo(way.name().equals("an exception"));
        assertThat(answer.cookies()).hasSize(1);
        assertThat(read()).isEqualTo("1");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void session_changedBeforeAResponseIsSentInAnyWay_isStored(Way way) throws Exception {
        serveAttribute();
        visitor.get("/set?value=old");
        at("/target", (request, response) -> {
            request.getSession().setAttribute("a", "1 and more");
            response.getWriter().print("target");
        });
        at("/way", (request, response) -> {
            request.getSession().setAttribute("a", "1");
            way.action().run(request, response);
        });

        visitor.get("/way");

        assertThat(read()).startsWith("1");
    }

    @Test
    void session_changedAfterTheResponseWasCommitted_isStoredWithoutACookie() throws Exception {
        serveAttribute();
        visitor.get("/set?value=1");
        at("/late", (request, response) -> {
            HttpSession session = request.getSession();
            response.flushBuffer();
            session.setAttribute("a", "late");
            assertThatThrownBy(request::changeSessionId).isInstanceOf(IllegalStateException.class);
        });

        assertThat(visitor.get("/late").cookies()).isEmpty();
        assertThat(read()).isEqualTo("late");
    }

    @Test
    void getSession_whenTheResponseIsCommitted_createsNone() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        at("/", (request, response) -> {
            response.flushBuffer();
            try {
                request.getSession();
            } catch (IllegalStateException e) {
                thrown.set(e);
            }
        });

        visitor.get("/");

        assertThat(thrown.get()).hasMessageContaining("committed");
        assertThat(store.writes).hasValue(0);
    }

    @Test
    void forward_thatBeginsASession_setsItsCookie() throws Exception {
        serveAttribute();
        at("/from", (request, response) -> request.getRequestDispatcher("/set").forward(request, response));

        assertThat(visitor.get("/from?value=1").cookies()).hasSize(1);
        assertThat(read()).isEqualTo("1");
    }

    @Test
    void asyncDispatch_thatBeginsASession_setsItsCookie() throws Exception {
        serveAttribute();
        at("/from", (request, response) -> request.startAsync().dispatch("/set"));

        assertThat(visitor.get("/from?value=1").cookies()).hasSize(1);
        assertThat(read()).isEqualTo("1");
    }

    @Test
    void errorDispatch_hasTheRequestsSession() throws Exception {
        serveAttribute();
        AtomicReference<DispatcherType> type = new AtomicReference<>();
        at(Server.ERROR_PAGE, (request, response) -> {
            type.set(request.getDispatcherType());
            HttpSession session = request.getSession();
            write(response, session.getAttribute("a"));
            session.setAttribute("a", "by the error page");
        });
        at("/fails", (request, response) -> {
            request.getSession().setAttribute("a", "1");
            response.sendError(Integer.parseInt(request.getParameter("status")));
        });
        at("/throws", (request, response) -> {
            request.getSession().setAttribute("a", "2");
            throw new IllegalStateException("of the test");
        });

        Answer failed = visitor.get("/fails?status=409");

        assertThat(type).hasValue(DispatcherType.ERROR);
        assertThat(failed.status()).isEqualTo(409);
        assertThat(failed.body()).isEqualTo("1");
        assertThat(failed.cookies()).hasSize(1);
        assertThat(read()).isEqualTo("by the error page");
        assertThat(visitor.get("/throws").body()).isEqualTo("2");
        assertThat(read()).isEqualTo("by the error page");
    }

    // What is written

    @Test
    void reading_writesNothing_andEncodesNothing() throws Exception {
        AtomicInteger encodings = new AtomicInteger();
        AttributeType<Cart> counted = AttributeType.of(
                "cart/1",
                cart -> {
                    encodings.incrementAndGet();
                    return cart.write();
                },
                Cart::read);
        content.use(CloakroomFilter.builder(engine)
                .values(ValueTypes.builder().type(Cart.class, counted).build())
                .build());
        at("/put", (request, response) -> request.getSession().setAttribute("cart", new Cart("umbrella")));
        at("/get", (request, response) -> {
            HttpSession session = request.getSession();
            Object cart = session.getAttribute("cart");
            write(response, cart + " " + (cart == session.getAttribute("cart")));
        });
        visitor.get("/put");
        int written = store.writes.get();
        int encoded = encodings.get();

        for (int i = 0; i < 3; i++) {
            assertThat(visitor.get("/get").body()).isEqualTo("umbrella true");
        }

        assertThat(store.writes).hasValue(written);
        assertThat(encodings).hasValue(encoded);
    }

    @Test
    void setAttribute_onceInARequest_writesOnce() throws Exception {
        serveAttribute();
        visitor.get("/set?value=1");
        int written = store.writes.get();

        visitor.get("/set?value=2");

        assertThat(store.writes).hasValue(written + 1);
    }

    @Test
    void valueChangedAfterItWasSet_isSaved() throws Exception {
        at("/put", (request, response) -> {
            Cart cart = new Cart("umbrella");
            request.getSession().setAttribute("cart", cart);
            cart.add("hat");
        });
        useCarts(SaveMode.SET);

        visitor.get("/put");

        assertThat(visitor.get("/get").body()).isEqualTo("umbrella,hat");
    }

    @Test
    void valueChangedInPlace_isSavedInTheModeRead() throws Exception {
        at("/put", (request, response) -> request.getSession().setAttribute("cart", new Cart("umbrella")));
        at("/change", (request, response) -> {
            Cart cart = (Cart) request.getSession().getAttribute("cart");
            cart.add("hat");
        });
        useCarts(SaveMode.SET);
        visitor.get("/put");
        visitor.get("/change");
        assertThat(visitor.get("/get").body()).isEqualTo("umbrella");

        useCarts(SaveMode.READ);
        visitor.get("/change");
        assertThat(visitor.get("/get").body()).isEqualTo("umbrella,hat");
        int written = store.writes.get();
        assertThat(visitor.get("/get").body()).isEqualTo("umbrella,hat");
        assertThat(store.writes).hasValue(written);
    }

    private void useCarts(SaveMode mode) throws Exception {
        content.use(CloakroomFilter.builder(engine)
                .values(ValueTypes.builder().attribute(CART).build())
                .saveMode(mode)
                .build());
        at("/get", (request, response) -> write(response, request.getSession().getAttribute("cart")));
    }

    @Test
    void value_thatTheCodecDoesNotKnow_isRefusedBySetAttribute() throws Exception {
        at("/", (request, response) -> {
            HttpSession session = request.getSession();
            assertThatThrownBy(() -> session.setAttribute("thread", Thread.currentThread()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("thread")
                    .hasMessageContaining("ValueTypes");
            session.setAttribute("a", "1");
            session.setAttribute("a", null);
            session.removeAttribute("none");
            write(
                    response,
                    Collections.list(session.getAttributeNames()) + " " + session.getAttribute("")
                            + session.getAttribute("thread"));
        });

        assertThat(visitor.get("/").body()).isEqualTo("[] nullnull");
    }

    // Events

    /** Notes what it is told. */
    private static final class Notes
            implements HttpSessionListener, HttpSessionAttributeListener, HttpSessionIdListener {

        final List<String> lines = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void sessionCreated(HttpSessionEvent event) {
            // One that was begun through the engine can only be read here.
            if (event.getSession().isNew()) {
                event.getSession().setAttribute("greeting", "hello");
            }
            lines.add("created");
        }

        @Override
        public void sessionDestroyed(HttpSessionEvent event) {
            HttpSession session = event.getSession();
            assertThatThrownBy(() -> session.setAttribute("a", 1)).isInstanceOf(IllegalStateException.class);
            assertThat(session.getServletContext()).isNotNull();
            lines.add("destroyed with " + session.getAttribute("a") + " after "
                    + (session.getLastAccessedTime() - session.getCreationTime()) / 1000);
        }

        @Override
        public void attributeAdded(HttpSessionBindingEvent event) {
            lines.add("added " + event.getName() + "=" + event.getValue());
        }

        @Override
        public void attributeRemoved(HttpSessionBindingEvent event) {
            lines.add("removed " + event.getName() + "=" + event.getValue());
        }

        @Override
        public void attributeReplaced(HttpSessionBindingEvent event) {
            lines.add("replaced " + event.getName() + "=" + event.getValue());
        }

        @Override
        public void sessionIdChanged(HttpSessionEvent event, String oldId) {
            assertThat(event.getSession().getId()).isNotEqualTo(oldId);
            lines.add("id changed");
        }

        List<String> take() {
            List<String> taken = List.copyOf(lines);
            lines.clear();
            return taken;
        }
    }

    private Notes useNotes() throws Exception {
        Notes notes = new Notes();
        HttpSessionEvents events = HttpSessionEvents.of(
                ValueTypes.builder()
                        .type(Bound.class, AttributeType.of("bound/1", Bound::write, Bound::read))
                        .build(),
                notes);
        useEngine(builder -> builder.listener(events));
        content.use(CloakroomFilter.builder(engine).events(events).build());
        serveAttribute();
        return notes;
    }

    @Test
    void listeners_areToldOfARequestsChanges() throws Exception {
        Notes notes = useNotes();
        visitor.get("/set?value=1");
        assertThat(notes.take()).containsExactly("added greeting=hello", "created", "added a=1");

        visitor.get("/set?value=2");
        at("/rest", (request, response) -> {
            request.getSession().removeAttribute("a");
            request.changeSessionId();
        });
        visitor.get("/rest");
        assertThat(notes.take()).containsExactly("replaced a=1", "removed a=2", "id changed");

        at("/end", (request, response) -> request.getSession().invalidate());
        visitor.get("/end");
        assertThat(notes.take()).containsExactly("destroyed with null after 0", "removed greeting=hello");
    }

    @Test
    void listeners_areToldOfExpiry_andOfALogoutEverywhere() throws Exception {
        Notes notes = useNotes();
        visitor.get("/set?value=1");
        clock.advance(Duration.ofMinutes(10));
        read();
        notes.take();
        clock.advance(Duration.ofMinutes(31));
        while (engine.sweep(100) > 0) {
            assertThat(engine.sweep(100)).isZero();
        }
        assertThat(notes.take())
                .contains("destroyed with 1 after 600", "removed a=1")
                .hasSize(3);

        Visitor other = new Visitor(server.port());
        at("/login", (request, response) -> CloakroomFilter.session(request).login("ada"));
        other.get("/login");
        assertThat(notes.take()).containsExactly("created");
        engine.logoutEverywhere("ada");
        assertThat(notes.take()).containsExactly("destroyed with null after 0");
    }

    @Test
    void listeners_ofASessionThatAnotherRequestEnded_areToldOnce() throws Exception {
        Notes notes = useNotes();
        visitor.get("/set?value=1");
        notes.take();
        at("/end", (request, response) -> {
            HttpSession session = request.getSession();
            engine.end(CloakroomFilter.session(request).handle());
            session.invalidate();
        });

        visitor.get("/end");

        assertThat(notes.take().stream().filter(line -> line.startsWith("destroyed")))
                .hasSize(1);
    }

    @Test
    void listeners_ofASessionThatIsNeverStored_areToldOfItsEnd() throws Exception {
        Notes notes = useNotes();
        at("/once", (request, response) -> {
            request.getSession().invalidate();
            request.getSession().setAttribute("a", "1");
        });

        Answer answer = visitor.get("/once");

        assertThat(answer.cookies()).hasSize(1);
        assertThat(notes.take())
                .containsExactly(
                        "added greeting=hello",
                        "created",
                        "destroyed with null after 0",
                        "removed greeting=hello",
                        "added greeting=hello",
                        "created",
                        "added a=1");
    }

    @Test
    void events_thatTheEngineWasNotGiven_areRefusedAtTheFirstSession() throws Exception {
        HttpSessionEvents events = HttpSessionEvents.of(ValueTypes.standard(), new Notes());
        content.use(CloakroomFilter.builder(engine).events(events).build());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        at("/", (request, response) -> {
            request.getSession();
            try {
                response.flushBuffer();
            } catch (IllegalStateException e) {
                thrown.set(e);
            }
        });

        visitor.get("/");

        assertThat(thrown.get()).hasMessageContaining("listener(events)");
    }

    /** A value that notes when it is bound. */
    static final class Bound implements HttpSessionBindingListener {

        static final List<String> NOTES = Collections.synchronizedList(new ArrayList<>());

        final String name;

        Bound(String name) {
            this.name = name;
        }

        byte[] write() {
            return name.getBytes(StandardCharsets.UTF_8);
        }

        static Bound read(byte[] bytes) {
            return new Bound(new String(bytes, StandardCharsets.UTF_8));
        }

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            assertThat(event.getValue()).isSameAs(this);
            NOTES.add("bound " + name);
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            NOTES.add("unbound " + name);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @Test
    void bindingListeners_areToldByRequests_andAtExpiry() throws Exception {
        useNotes();
        Bound.NOTES.clear();
        at(
                "/bind",
                (request, response) ->
                        request.getSession().setAttribute("bound", new Bound(request.getParameter("name"))));
        at("/unbind", (request, response) -> request.getSession().removeAttribute("bound"));

        visitor.get("/bind?name=one");
        visitor.get("/bind?name=two");
        visitor.get("/unbind");
        assertThat(Bound.NOTES).containsExactly("bound one", "bound two", "unbound one", "unbound two");

        Bound.NOTES.clear();
        visitor.get("/bind?name=three");
        clock.advance(Duration.ofHours(2));
        engine.sweep(100);
        engine.sweep(100);
        assertThat(Bound.NOTES).containsExactly("bound three", "unbound three");
    }

    @Test
    void bindingListeners_withoutEvents_areToldOfInvalidate() throws Exception {
        Bound.NOTES.clear();
        content.use(CloakroomFilter.builder(engine)
                .values(ValueTypes.builder()
                        .type(Bound.class, AttributeType.of("bound/1", Bound::write, Bound::read))
                        .build())
                .build());
        at("/bind", (request, response) -> request.getSession().setAttribute("bound", new Bound("one")));
        at("/end", (request, response) -> request.getSession().invalidate());

        visitor.get("/bind");
        visitor.get("/end");

        assertThat(Bound.NOTES).containsExactly("bound one", "unbound one");
    }

    // Cookie fields

    @Test
    void cookie_inTheSecondOfTwoFields_opensTheSession() throws Exception {
        serveAttribute();
        visitor.get("/set?value=1");
        try (Socket socket = new Socket("localhost", server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET /read HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: other=1\r\nCookie: "
                                    + visitor.cookie() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 200").contains("\r\n1").doesNotContain("no session");
        }
    }

    @Test
    void http2_withTwoCookieFields_opensTheSession() throws Exception {
        serveAttribute();
        visitor.get("/set?value=1");
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        // The first request upgrades the connection, the second is sent in frames.
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(visitor.uri("/read"))
                            .timeout(Duration.ofSeconds(60))
                            .header("Cookie", "other=1")
                            .header("Cookie", visitor.cookie())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body()).isEqualTo("1");
        }
    }

    // Failures

    @Test
    void store_thatDoesNotAnswer_is503() throws Exception {
        serveAttribute();
        visitor.get("/set?value=1");
        store.failure = new StoreUnavailableException("of the test");

        assertThat(visitor.get("/read").status()).isEqualTo(503);
        assertThat(new Visitor(server.port()).get("/set?value=1").status()).isEqualTo(503);

        store.failure = null;
        assertThat(read()).isEqualTo("1");
    }

    /** An object of a program's own. */
    static final class Cart {

        private String items;

        Cart(String items) {
            this.items = items;
        }

        void add(String item) {
            items += "," + item;
        }

        byte[] write() {
            return items.getBytes(StandardCharsets.UTF_8);
        }

        static Cart read(byte[] bytes) {
            return new Cart(new String(bytes, StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return items;
        }
    }
}
