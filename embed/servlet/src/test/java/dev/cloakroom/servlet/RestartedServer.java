package dev.cloakroom.servlet;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.key.KeyRing;
import java.nio.file.Path;

/** Tomcat over a store in files, in a process of its own. Says its port. A line ends it. */
final class RestartedServer {

    private RestartedServer() {}

    /** Takes the key file and the store's folder. */
    public static void main(String[] args) throws Exception {
        SessionEngine engine = SessionEngine.builder()
                .keys(KeyRing.fromFile(Path.of(args[0])))
                .store(ChronicleSessionStore.persistedTo(Path.of(args[1]))
                        .maxSessions(1_000)
                        .build())
                .build();
        Server.Content content = new Server.Content();
        content.actions.put("/count", (request, response) -> {
            Integer count = (Integer) request.getSession().getAttribute("count");
            int next = count == null ? 1 : count + 1;
            request.getSession().setAttribute("count", next);
            response.getWriter().print(next);
        });
        Server server = new TomcatServer(content);
        content.use(CloakroomFilter.builder(engine).build());
        System.out.println("port " + server.port());
        // Any line ends it in order.
        int read = System.in.read();
        server.close();
        engine.close();
        System.out.println("closed after " + read);
    }
}
