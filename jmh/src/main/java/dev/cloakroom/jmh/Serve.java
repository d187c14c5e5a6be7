package dev.cloakroom.jmh;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.servlet.CloakroomFilter;
import dev.cloakroom.spring.session.CloakroomSessionFilter;
import dev.cloakroom.spring.session.CloakroomSessionRepository;
import dev.cloakroom.spring.session.SessionJson;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.jspecify.annotations.Nullable;
import org.springframework.session.MapSession;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.web.http.SessionRepositoryFilter;

/**
 * Serves requests on an embedded Tomcat, for a load generator: {@code jmh/serve} drives it. The servlet is the same for
 * all keepers of sessions. {@code /plain} asks for no session, {@code /read} reads one attribute, {@code /change} reads and
 * sets it.
 *
 * <p>Takes what keeps the sessions, how many of them there are, and a file, to which it writes their cookies, one a line.
 * Prints its port when it is ready. Ends when its input does.
 */
public final class Serve {

    private static final byte[] NO_SESSION = "no session".getBytes(StandardCharsets.US_ASCII);

    private Serve() {}

    /** Serves until the input ends. */
    public static void main(String[] args) throws Exception {
        String keeper = args[0];
        int sessions = Integer.parseInt(args[1]);
        Path cookies = Path.of(args[2]);
        Path folder = Files.createTempDirectory("serve");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        // Connections last as long as the load.
        tomcat.getConnector().setProperty("maxKeepAliveRequests", "-1");
        Context context = tomcat.addContext("", folder.toString());
        context.setSessionTimeout(24 * 60);
        Tomcat.addServlet(context, "work", new Work()).addMapping("/");
        Runnable close = keep(keeper, sessions, context);
        tomcat.start();
        int port = tomcat.getConnector().getLocalPort();
        Files.write(cookies, create(port, sessions));
        System.out.println("port " + port);
        int end = System.in.read();
        tomcat.stop();
        tomcat.destroy();
        close.run();
        Files.deleteIfExists(cookies);
        System.out.println("ended by " + end);
    }

    /** Lets something keep the sessions. Returns what closes it. */
    private static Runnable keep(String keeper, int sessions, Context context) {
        switch (keeper) {
            case "tomcat" -> {
                return () -> {};
            }
            case "spring" -> {
                Map<String, org.springframework.session.Session> map = new ConcurrentHashMap<>();
                MapSessionRepository repository = new MapSessionRepository(map);
                repository.setDefaultMaxInactiveInterval(Duration.ofHours(24));
                SessionRepositoryFilter<MapSession> filter = new SessionRepositoryFilter<>(repository);
                add(context, filter);
                return () -> {};
            }
            case "heap", "chronicle", "chronicle-file" -> {
                Stores stores = Stores.open(keeper, sessions);
                SessionEngine engine = engine(stores);
                add(context, CloakroomFilter.builder(engine).build());
                return () -> {
                    engine.close();
                    stores.close();
                };
            }
            case "spring-heap" -> {
                Stores stores = Stores.open("heap", sessions);
                SessionEngine engine = engine(stores);
                SessionJson json = SessionJson.builder().allow(ArrayList.class).build();
                add(context, new CloakroomSessionFilter(new CloakroomSessionRepository(engine, json)));
                return () -> {
                    engine.close();
                    stores.close();
                };
            }
            default ->
                throw new IllegalArgumentException("nothing called " + keeper
                        + " keeps sessions: tomcat, spring, heap, chronicle, chronicle-file or spring-heap do");
        }
    }

    private static SessionEngine engine(Stores stores) {
        return SessionEngine.builder()
                .keys(KeyRing.random())
                .store(stores.store())
                .idleTimeout(Duration.ofHours(24))
                .absoluteTimeout(Duration.ofHours(48))
                .renewalInterval(Duration.ofHours(24))
                .build();
    }

    private static void add(Context context, Filter filter) {
        FilterDef definition = new FilterDef();
        definition.setFilterName("sessions");
        definition.setFilter(filter);
        definition.setAsyncSupported("true");
        context.addFilterDef(definition);
        FilterMap map = new FilterMap();
        map.setFilterName("sessions");
        map.addURLPattern("/*");
        context.addFilterMap(map);
    }

    /** Creates the sessions as browsers do, and returns their cookies. */
    private static List<String> create(int port, int sessions) throws IOException, InterruptedException {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<String> cookies = new ArrayList<>();
        for (int session = 0; session < sessions; session++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/create?" + session))
                    .build();
            HttpResponse<Void> response = client.send(request, HttpResponse.BodyHandlers.discarding());
            String cookie = response.headers().firstValue("Set-Cookie").orElseThrow();
            cookies.add(cookie.substring(0, cookie.indexOf(';')));
        }
        return cookies;
    }

    /** What is done for a request. */
    private static final class Work extends HttpServlet {

        private static final long serialVersionUID = 1L;

        private static final String NEXT = Workload.NEXT.name();

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            switch (request.getServletPath()) {
                case "/plain" -> write(response, 0L);
                case "/read" -> write(response, next(request.getSession(false)));
                case "/change" -> {
                    HttpSession session = request.getSession(false);
                    Long next = next(session);
                    if (session != null && next != null) {
                        session.setAttribute(NEXT, next + 1);
                    }
                    write(response, next);
                }
                case "/create" -> {
                    HttpSession session = request.getSession();
                    Workload.Content content = Workload.content(Integer.parseInt(request.getQueryString()), 0);
                    session.setAttribute(Workload.USER_ID.name(), content.userId());
                    session.setAttribute(Workload.NAME.name(), content.name());
                    session.setAttribute(Workload.ROLES.name(), new ArrayList<>(content.roles()));
                    session.setAttribute(Workload.ACCESS_TOKEN.name(), content.accessToken());
                    session.setAttribute(NEXT, content.next());
                    write(response, 0L);
                }
                default -> response.sendError(HttpServletResponse.SC_NOT_FOUND);
            }
        }

        private static @Nullable Long next(@Nullable HttpSession session) {
            return session == null ? null : (Long) session.getAttribute(NEXT);
        }

        private static void write(HttpServletResponse response, @Nullable Long number) throws IOException {
            if (number == null) {
                response.setStatus(HttpServletResponse.SC_FORBIDDEN);
            }
            byte[] body = number == null ? NO_SESSION : Long.toString(number).getBytes(StandardCharsets.US_ASCII);
            response.setContentType("text/plain");
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }
}
