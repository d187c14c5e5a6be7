package dev.cloakroom.examples.demo;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** The page's files, which are among the classes. */
final class Page {

    private Page() {}

    /** Adds the page to a router. */
    static void addTo(Router router) throws IOException {
        add(router, "/", "index.html", "text/html; charset=utf-8");
        add(router, "/app.js", "app.js", "text/javascript; charset=utf-8");
        add(router, "/style.css", "style.css", "text/css; charset=utf-8");
        add(router, "/ticket.svg", "ticket.svg", "image/svg+xml");
    }

    private static void add(Router router, String path, String file, String contentType) throws IOException {
        try (InputStream in = Page.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new FileNotFoundException(file);
            }
            Response response = Response.file(contentType, in.readAllBytes());
            router.add("GET", path, request -> response);
        }
    }
}
