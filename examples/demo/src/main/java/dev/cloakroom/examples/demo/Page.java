package dev.cloakroom.examples.demo;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** The files of the page and of the small applications in it, which are among the classes. */
final class Page {

    private static final String HTML = "text/html; charset=utf-8";
    private static final String JAVASCRIPT = "text/javascript; charset=utf-8";

    private Page() {}

    /**
     * Adds the page to a router.
     *
     * @param framed the origin of the other application that it shows
     */
    static void addTo(Router router, String framed) throws IOException {
        add(router, "/", html("index.html", "; frame-src 'self' " + framed + "; frame-ancestors 'none'"));
        add(router, "/app.js", file("app.js", JAVASCRIPT));
        add(router, "/style.css", file("style.css", "text/css; charset=utf-8"));
        add(router, "/ticket.svg", file("ticket.svg", "image/svg+xml"));
        addApplicationTo(router, "cloakroom-session.js", "'self'");
    }

    /**
     * Adds an application that the page shows in a frame. Both differ in one file.
     *
     * @param session the script that logs in and asks for orders
     * @param framedBy the origin of the page
     */
    static void addApplicationTo(Router router, String session, String framedBy) throws IOException {
        add(router, "/application", html("application.html", "; frame-ancestors " + framedBy));
        add(router, "/application.css", file("application.css", "text/css; charset=utf-8"));
        add(router, "/application.js", file("application.js", JAVASCRIPT));
        add(router, "/session.js", file(session, JAVASCRIPT));
        add(router, "/attack.js", file("attack.js", JAVASCRIPT));
    }

    private static void add(Router router, String path, Response response) {
        router.add("GET", path, request -> response);
    }

    private static Response html(String name, String framing) throws IOException {
        return file(name, HTML).with("Content-Security-Policy", Router.POLICY + framing);
    }

    private static Response file(String name, String contentType) throws IOException {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name);
            }
            return Response.file(contentType, in.readAllBytes());
        }
    }
}
