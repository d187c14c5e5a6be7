package dev.cloakroom.servlet;

import dev.cloakroom.SessionEngine;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.Collections;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The requests of the scenarios that all adapters share. */
final class Scenarios {

    private Scenarios() {}

    /** Starts a container. */
    interface Container {
        Server start(Server.Content content) throws Exception;
    }

    /** Starts a container that answers the scenarios' requests over an engine. */
    static Server serve(Container container, SessionEngine engine) throws Exception {
        Server.Content content = new Server.Content();
        content.actions.put(
                "/put",
                (request, response) ->
                        request.getSession().setAttribute(request.getParameter("name"), request.getParameter("value")));
        content.actions.put(Server.ERROR_PAGE, (request, response) -> {});
        content.actions.put("/get", Scenarios::writeAttributes);
        content.actions.put(
                "/login",
                (request, response) -> CloakroomFilter.session(request).login(request.getParameter("user")));
        content.actions.put(
                "/logout", (request, response) -> request.getSession().invalidate());
        content.actions.put("/who", (request, response) -> {
            String principal = CloakroomFilter.session(request).principal();
            response.getWriter().print(principal == null ? "nobody" : principal);
        });
        Server server = container.start(content);
        content.use(CloakroomFilter.builder(engine).build());
        return server;
    }

    private static void writeAttributes(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpSession session = request.getSession(false);
        if (session != null) {
            TreeMap<String, Object> attributes = new TreeMap<>();
            for (String name : Collections.list(session.getAttributeNames())) {
                attributes.put(name, session.getAttribute(name));
            }
            response.getWriter()
                    .print(attributes.entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue())
                            .collect(Collectors.joining(",")));
        }
    }
}
