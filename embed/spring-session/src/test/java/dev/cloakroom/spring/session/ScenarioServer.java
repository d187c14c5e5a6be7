package dev.cloakroom.spring.session;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.HttpScenarios;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Collectors;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.util.FileSystemUtils;

/** Tomcat with Spring's sessions over an engine, for the scenarios that all adapters share. */
final class ScenarioServer implements HttpScenarios.Server {

    private final Tomcat tomcat = new Tomcat();
    private final Path folder;

    ScenarioServer(SessionEngine engine) throws IOException, LifecycleException {
        folder = Files.createTempDirectory("tomcat");
        tomcat.setBaseDir(folder.toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(0);
        Context context = tomcat.addContext("", folder.toString());
        FilterDef filter = new FilterDef();
        filter.setFilterName("sessions");
        filter.setFilter(new CloakroomSessionFilter(new CloakroomSessionRepository(engine, SessionJson.create())));
        filter.setAsyncSupported("true");
        context.addFilterDef(filter);
        FilterMap map = new FilterMap();
        map.setFilterName("sessions");
        map.addURLPattern("/*");
        context.addFilterMap(map);
        Tomcat.addServlet(context, "scenarios", new Pages()).addMapping("/*");
        tomcat.start();
    }

    @Override
    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    @Override
    public void close() {
        try {
            tomcat.stop();
            tomcat.destroy();
            FileSystemUtils.deleteRecursively(folder);
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Pages extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            switch (request.getRequestURI()) {
                case "/put" ->
                    request.getSession().setAttribute(request.getParameter("name"), request.getParameter("value"));
                case "/get" -> response.getWriter().print(text(request.getSession(false)));
                case "/login" ->
                    request.getSession()
                            .setAttribute(
                                    FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME,
                                    request.getParameter("user"));
                case "/logout" -> request.getSession().invalidate();
                default -> response.getWriter().print(who(request));
            }
        }

        private static String text(HttpSession session) {
            return session == null
                    ? ""
                    : Collections.list(session.getAttributeNames()).stream()
                            .filter(name -> !name.equals(FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME))
                            .sorted()
                            .map(name -> name + "=" + session.getAttribute(name))
                            .collect(Collectors.joining(","));
        }

        private static String who(HttpServletRequest request) {
            HttpSession session = request.getSession(false);
            Object name = session == null
                    ? null
                    : session.getAttribute(FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME);
            return name == null ? "nobody" : name.toString();
        }
    }
}
