package dev.cloakroom.spring.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.Attribute;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.MapSession;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.session.security.web.authentication.SpringSessionRememberMeServices;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.DefaultCookieSerializer;
import org.springframework.web.filter.OncePerRequestFilter;

/** A real Tomcat, spoken to over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CloakroomSessionFilterTest {

    private static final String COOKIE = "__Host-Http-session";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final Map<String, Page> pages = new ConcurrentHashMap<>();
    private final SessionEngine engine =
            SessionEngine.builder().keys(KeyRing.random()).clock(now::get).build();
    private final ExecutorService threads = Executors.newFixedThreadPool(16);
    private final Tomcat tomcat = new Tomcat();

    private final MapSessionRepository old = new MapSessionRepository(new ConcurrentHashMap<>());
    private final DefaultCookieSerializer oldCookie = new DefaultCookieSerializer();
    private String base = "";

    /** What a path answers. */
    interface Page {
        void answer(HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException, InterruptedException;
    }

    /** The filter of docs/migration-spring-session.md. */
    private static final class Takeover extends OncePerRequestFilter {

        private final SessionRepository<? extends Session> old;
        private final CookieSerializer oldCookie;

        Takeover(SessionRepository<? extends Session> old, CookieSerializer oldCookie) {
            this.old = old;
            this.oldCookie = oldCookie;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            if (request.getSession(false) == null) {
                for (String id : oldCookie.readCookieValues(request)) {
                    Session before = old.findById(id);
                    if (before != null && before.getAttribute("SPRING_SECURITY_CONTEXT") != null) {
                        HttpSession session = request.getSession();
                        for (String name : before.getAttributeNames()) {
                            session.setAttribute(name, before.getAttribute(name));
                        }
                        break;
                    }
                }
            }
            chain.doFilter(request, response);
        }
    }

    @BeforeAll
    void start(@TempDir Path directory) throws LifecycleException {
        tomcat.setBaseDir(directory.toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(0);
        Context context = tomcat.addContext("", directory.toString());
        FilterDef filter = new FilterDef();
        filter.setFilterName("sessions");
        filter.setFilter(new CloakroomSessionFilter(new CloakroomSessionRepository(engine, SessionJson.create())));
        filter.setAsyncSupported("true");
        context.addFilterDef(filter);
        FilterMap map = new FilterMap();
        map.setFilterName("sessions");
        map.addURLPattern("/*");
        for (DispatcherType type : List.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR)) {
            map.setDispatcher(type.name());
        }
        context.addFilterMap(map);
        FilterDef takeover = new FilterDef();
        takeover.setFilterName("takeover");
        takeover.setFilter(new Takeover(old, oldCookie));
        context.addFilterDef(takeover);
        FilterMap afterwards = new FilterMap();
        afterwards.setFilterName("takeover");
        afterwards.addURLPattern("/migrating/*");
        context.addFilterMap(afterwards);
        Wrapper servlet = Tomcat.addServlet(context, "pages", new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response)
                    throws IOException, ServletException {
                try {
                    Objects.requireNonNull(pages.get(path(request))).answer(request, response);
                } catch (InterruptedException e) {
                    throw new ServletException(e);
                }
            }
        });
        servlet.setAsyncSupported(true);
        servlet.addMapping("/*");
        ErrorPage error = new ErrorPage();
        error.setLocation("/error");
        context.addErrorPage(error);
        page("/error", (request, response) -> {
            request.getSession().setAttribute("error", "seen");
            response.getWriter().print("error page");
        });
        page("/put", (request, response) -> {
            request.getSession().setAttribute(request.getParameter("name"), request.getParameter("value"));
            response.getWriter().print(request.getSession().getId());
        });
        page("/read", (request, response) -> {
            HttpSession session = request.getSession(false);
            Map<String, Object> attributes = new java.util.TreeMap<>();
            if (session != null) {
                Collections.list(session.getAttributeNames())
                        .forEach(name -> attributes.put(name, session.getAttribute(name)));
            }
            response.getWriter().print(session == null ? "none" : attributes.toString());
        });
        page("/id", (request, response) -> {
            HttpSession session = request.getSession(false);
            response.getWriter()
                    .print((session == null ? "none" : session.getId()) + " " + request.getRequestedSessionId() + " "
                            + request.isRequestedSessionIdValid());
        });
        tomcat.start();
        base = "http://localhost:" + tomcat.getConnector().getLocalPort();
    }

    @AfterAll
    void stop() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
        threads.shutdownNow();
        engine.close();
    }

    private static String path(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI) instanceof String included
                ? included
                : request.getRequestURI();
    }

    private void page(String path, Page page) {
        pages.put(path, page);
    }

    private Browser browser() {
        return new Browser(base);
    }

    private Browser visitor() {
        Browser browser = browser();
        browser.get("/put?name=coat&value=red");
        return browser;
    }

    @Test
    void getSession_secondRequest_isTheSameSession() {
        Browser browser = browser();
        HttpResponse<String> first = browser.get("/put?name=coat&value=red");
        HttpResponse<String> second = browser.get("/read");

        assertThat(first.headers().allValues("Set-Cookie"))
                .singleElement()
                .asString()
                .startsWith(COOKIE + "=")
                .endsWith("; Path=/; Secure; HttpOnly; SameSite=Strict");
        assertThat(second.body()).isEqualTo("{coat=red}");
        assertThat(second.headers().allValues("Set-Cookie")).isEmpty();
    }

    @Test
    void getSession_nothingPut_setsACookieAllTheSame() {
        page(
                "/create",
                (request, response) ->
                        response.getWriter().print(request.getSession().isNew()));
        Browser browser = browser();

        assertThat(browser.get("/create").body()).isEqualTo("true");
        assertThat(browser.get("/create").body()).isEqualTo("false");
    }

    @Test
    void read_withoutASession_setsNoCookieAndAsksNoStore() {
        long before = engine.metrics().storeReads();
        Browser browser = browser();
        browser.cookies.put(COOKIE, "A".repeat(70));

        assertThat(browser.get("/read").body()).isEqualTo("none");
        assertThat(browser.cookies).hasSize(1);
        assertThat(engine.metrics().storeReads()).isEqualTo(before);
    }

    @Test
    void publicId_asCookieOrHeader_opensNothing() {
        Browser victim = browser();
        String id = victim.get("/put?name=coat&value=red").body();
        Browser thief = browser();
        thief.cookies.put(COOKIE, id);
        thief.cookies.put("SESSION", id);

        assertThat(thief.get("/read", "X-Auth-Token", id, "Authentication-Info", id)
                        .body())
                .isEqualTo("none");
        assertThat(victim.get("/read").body()).isEqualTo("{coat=red}");
    }

    @Test
    void requestedSessionId_validOrOverOrNone_isWhatSpringSecurityExpects() {
        Browser browser = visitor();
        String[] valid = browser.get("/id").body().split(" ");
        assertThat(valid[0]).isEqualTo(valid[1]);
        assertThat(valid[2]).isEqualTo("true");
        page("/logout", (request, response) -> request.getSession().invalidate());
        Browser copy = browser();
        copy.cookies.putAll(browser.cookies);
        browser.get("/logout");

        assertThat(copy.get("/id").body()).isEqualTo("none none false");
        assertThat(browser.get("/id").body()).isEqualTo("none null false");
    }

    @Test
    void changeSessionId_oldCookie_isDeadAndAttributesStay() {
        page("/change", (request, response) -> response.getWriter().print(request.changeSessionId()));
        Browser browser = visitor();
        Browser planted = browser();
        planted.cookies.putAll(browser.cookies);
        String before = browser.get("/id").body().split(" ")[0];

        String after = browser.get("/change").body();

        assertThat(after).isNotEqualTo(before);
        assertThat(browser.get("/read").body()).isEqualTo("{coat=red}");
        assertThat(browser.get("/id").body()).startsWith(after + " ");
        assertThat(planted.get("/read").body()).isEqualTo("none");
    }

    @Test
    void invalidate_thenAnotherSession_setsOneCookieOfTheNewOne() {
        page("/anew", (request, response) -> {
            request.getSession().invalidate();
            request.getSession().setAttribute("coat", "blue");
        });
        Browser browser = visitor();
        Browser copy = browser();
        copy.cookies.putAll(browser.cookies);

        HttpResponse<String> answer = browser.get("/anew");

        assertThat(answer.headers().allValues("Set-Cookie")).hasSize(1);
        assertThat(browser.get("/read").body()).isEqualTo("{coat=blue}");
        assertThat(copy.get("/read").body()).isEqualTo("none");
    }

    @Test
    void invalidate_alone_deletesTheCookie() {
        page("/leave", (request, response) -> request.getSession().invalidate());
        Browser browser = visitor();

        browser.get("/leave");

        assertThat(browser.cookies).isEmpty();
    }

    @Test
    void renewal_idOfSpringStays_andTheCookieIsANewOne() {
        Browser browser = visitor();
        String id = browser.get("/id").body();
        String cookie = browser.header();
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(16)));

        HttpResponse<String> answer = browser.get("/id");

        assertThat(answer.headers().allValues("Set-Cookie")).hasSize(1);
        assertThat(browser.header()).isNotEqualTo(cookie);
        assertThat(answer.body()).isEqualTo(id);
        assertThat(browser.get("/read").body()).isEqualTo("{coat=red}");
    }

    // A session made on another thread gets its cookie.

    @Test
    void async_sessionMadeOnAnotherThreadThenDispatched_setsTheCookie() {
        page("/async", (request, response) -> {
            if (request.getDispatcherType() == DispatcherType.ASYNC) {
                response.getWriter().print("dispatched");
                return;
            }
            AsyncContext async = request.startAsync(request, response);
            threads.execute(() -> {
                request.getSession().setAttribute("coat", "green");
                async.dispatch("/async");
            });
        });
        Browser browser = browser();

        assertThat(browser.get("/async").body()).isEqualTo("dispatched");
        assertThat(browser.get("/read").body()).isEqualTo("{coat=green}");
    }

    @Test
    void async_sessionMadeOnAnotherThreadThatWrites_setsTheCookie() {
        page("/write", (request, response) -> {
            AsyncContext async = request.startAsync(request, response);
            threads.execute(() -> {
                request.getSession().setAttribute("coat", "green");
                try {
                    response.getWriter().print("written");
                    response.flushBuffer();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                async.complete();
            });
        });
        Browser browser = browser();

        assertThat(browser.get("/write").body()).isEqualTo("written");
        assertThat(browser.get("/read").body()).isEqualTo("{coat=green}");
    }

    @Test
    void async_sessionMadeThenCompletedWithoutABody_setsTheCookie() {
        page("/complete", (request, response) -> {
            AsyncContext async = request.startAsync(request, response);
            threads.execute(() -> {
                request.getSession().setAttribute("coat", "green");
                async.complete();
            });
        });
        page("/completeHere", (request, response) -> {
            AsyncContext async = request.startAsync();
            request.getSession().setAttribute("coat", "green");
            async.complete();
        });

        cookieComes("/complete", 200, "{coat=green}");
        cookieComes("/completeHere", 200, "{coat=green}");
    }

    /** The container's thread leaves the filter while the other thread uses the session. */
    @Test
    void async_sessionMadeBeforeTheStart_isUsedByOneThreadAtATime() {
        page("/handed", (request, response) -> {
            HttpSession session = request.getSession();
            session.setAttribute("coat", "red");
            AsyncContext async = request.startAsync(request, response);
            threads.execute(() -> {
                for (int number = 0; number < 200; number++) {
                    session.setAttribute("n" + number % 10, number);
                    session.removeAttribute("n" + (number + 5) % 10);
                }
                async.complete();
            });
        });

        for (int round = 0; round < 8; round++) {
            cookieComes("/handed", 200, "{coat=red, n5=195, n6=196, n7=197, n8=198, n9=199}");
        }
    }

    @Test
    void async_changeAfterTheResponseWasCommitted_isStored() {
        page("/late", (request, response) -> {
            HttpSession session = request.getSession();
            AsyncContext async = request.startAsync(request, response);
            threads.execute(() -> {
                try {
                    response.getWriter().print("first");
                    response.flushBuffer();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                session.setAttribute("coat", "late");
                async.complete();
            });
        });
        Browser browser = visitor();

        assertThat(browser.get("/late").body()).isEqualTo("first");
        String read = "";
        for (long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                !read.equals("{coat=late}") && System.nanoTime() < end; ) {
            read = browser.get("/read").body();
        }
        assertThat(read).isEqualTo("{coat=late}");
    }

    // The session is stored and its cookie set before the response is committed, whatever commits it.

    @Test
    void commit_byARedirectOfServlet61_setsTheCookie() {
        page("/moved", (request, response) -> {
            request.getSession().setAttribute("coat", "red");
            response.sendRedirect("/read", 303, true);
        });
        cookieComes("/moved", 303, "{coat=red}");
    }

    @Test
    void commit_byAnError_setsTheCookie() {
        page("/broken", (request, response) -> {
            request.getSession().setAttribute("coat", "red");
            response.sendError(418);
        });
        cookieComes("/broken", 418, "{coat=red, error=seen}");
    }

    @Test
    void commit_byAnException_setsTheCookie() {
        page("/failing", (request, response) -> {
            request.getSession().setAttribute("coat", "red");
            throw new ServletException("on purpose");
        });
        cookieComes("/failing", 500, "{coat=red, error=seen}");
    }

    @Test
    void commit_byAFullBuffer_setsTheCookie() {
        page("/large", (request, response) -> {
            request.getSession().setAttribute("coat", "red");
            response.getOutputStream().write(new byte[100_000]);
        });
        cookieComes("/large", 200, "{coat=red}");
    }

    @Test
    void commit_byADeclaredLength_setsTheCookie() {
        page("/declared", (request, response) -> {
            response.setContentLength(2);
            request.getSession().setAttribute("coat", "red");
            response.getOutputStream().write(new byte[2]);
            response.getOutputStream().flush();
        });
        cookieComes("/declared", 200, "{coat=red}");
    }

    @Test
    void commit_afterAForward_setsTheCookie() {
        page("/forward", (request, response) -> {
            request.getSession().setAttribute("coat", "red");
            request.getRequestDispatcher("/read").forward(request, response);
        });
        cookieComes("/forward", 200, "{coat=red}");
    }

    @Test
    void forward_sessionMadeInTheTarget_setsTheCookie() {
        page("/target", (request, response) -> request.getSession().setAttribute("coat", "red"));
        page(
                "/toTarget",
                (request, response) -> request.getRequestDispatcher("/target").forward(request, response));
        cookieComes("/toTarget", 200, "{coat=red}");
    }

    @Test
    void reset_afterTheSessionWasStored_keepsTheCookie() {
        page("/reset", (request, response) -> {
            request.getSession().setAttribute("coat", "red");
            request.getRequestDispatcher("/read").include(request, response);
            response.reset();
            response.getWriter().print("again");
        });
        cookieComes("/reset", 200, "{coat=red}");
    }

    private void cookieComes(String path, int status, String attributes) {
        Browser browser = browser();
        HttpResponse<String> answer = browser.get(path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().allValues("Set-Cookie")).hasSize(1);
        assertThat(browser.get("/read").body()).isEqualTo(attributes);
    }

    @Test
    void takeover_sessionOfSpringSession_isLoggedInHere() {
        page("/migrating/read", (request, response) -> {
            CloakroomSession session = CloakroomSession.of(request);
            response.getWriter()
                    .print(
                            session == null
                                    ? "none"
                                    : session.engineSession().principal() + " " + session.getAttribute("coat"));
        });
        MapSession before = old.createSession();
        before.setAttribute("coat", "old");
        before.setAttribute(
                "SPRING_SECURITY_CONTEXT",
                new SecurityContextImpl(UsernamePasswordAuthenticationToken.authenticated(
                        "takeover", null, AuthorityUtils.createAuthorityList("ROLE_USER"))));
        old.save(before);
        Browser browser = browser();
        browser.cookies.put(
                "SESSION", Base64.getEncoder().encodeToString(before.getId().getBytes(StandardCharsets.UTF_8)));

        assertThat(browser.get("/migrating/read").body()).isEqualTo("takeover old");
        browser.cookies.remove("SESSION");
        assertThat(browser.get("/migrating/read").body()).isEqualTo("takeover old");
        assertThat(engine.sessionsOf("takeover")).hasSize(1);
        assertThat(browser().get("/migrating/read").body()).isEqualTo("none");
    }

    @Test
    void rememberMe_servicesOfSpringSession_makeTheCookieOutliveTheBrowser() {
        page("/remember", (request, response) -> {
            request.getSession().setAttribute(FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME, "ada");
            request.setAttribute(SpringSessionRememberMeServices.REMEMBER_ME_LOGIN_ATTR, true);
        });

        assertThat(browser().get("/remember").headers().allValues("Set-Cookie"))
                .singleElement()
                .asString()
                .contains("; Max-Age=43200");
    }

    @Test
    void engineSession_inARequest_isCommittedWithIt() {
        Attribute<Long> visits = Attribute.ofLong("visits");
        page("/visit", (request, response) -> {
            request.getSession();
            Objects.requireNonNull(CloakroomSession.of(request))
                    .engineSession()
                    .update(visits, number -> number == null ? 1 : number + 1);
        });
        Browser browser = browser();
        browser.get("/visit");
        browser.get("/visit");

        assertThat(browser.get("/read").body()).isEqualTo("{visits=2}");
    }
}
