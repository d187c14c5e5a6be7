package dev.cloakroom.examples.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.cloakroom.RequestGuard;
import dev.cloakroom.SessionEndedException;
import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.store.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who answers a request, and sees to what every answer has in common: the guard against other sites, the
 * headers that keep the page to itself, and that whatever goes wrong becomes an answer.
 *
 * <p>Routes are added before the first request and not after.
 */
final class Router implements HttpHandler {

    private static final Logger LOGGER = System.getLogger(Router.class.getName());

    /** The content security policy of the pages, up to what may frame and be framed. */
    static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
                    + " form-action 'none'; base-uri 'none'";

    /**
     * Headers of every answer that does not set them itself. There is no HSTS among them: it would hold for whatever else
     * runs on localhost.
     */
    static final Map<String, String> ALWAYS = Map.of(
            "Content-Security-Policy",
            POLICY + "; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer");

    /** How much of a body that nobody asked for is read before the answer. */
    private static final int MAXIMUM_DISCARDED = 4 * 1024 * 1024;

    private final RequestGuard guard = RequestGuard.sameOrigin();

    /** By path, then by method. A path that ends with a slash has a parameter behind it. */
    private final Map<String, Map<String, Handler>> routes = new LinkedHashMap<>();

    private @Nullable Handler api;

    /** Answers a request. */
    @FunctionalInterface
    interface Handler {
        Response answer(Request request) throws HttpError, IOException;
    }

    /** Adds a route: a path, or one with a parameter as its last segment if it ends with a slash. */
    Router add(String method, String path, Handler handler) {
        routes.computeIfAbsent(path, unknown -> new LinkedHashMap<>()).put(method, handler);
        return this;
    }

    /** Sets what answers the requests under {@code /api/} that have no route. */
    Router addApi(Handler handler) {
        api = handler;
        return this;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Response response = answer(exchange);
            discard(exchange.getRequestBody());
            send(exchange, response);
        }
    }

    /**
     * Reads what no handler has read of a body. Were a request answered before it has all come, the client could send
     * its next one at once; the JDK's server then takes both from the socket, drops the body, and waits for the request
     * that it holds already. And a client that is still sending gets to see why it was refused.
     */
    private static void discard(InputStream body) throws IOException {
        byte[] buffer = new byte[8192];
        int total = 0;
        int count = body.read(buffer);
        while (count >= 0 && total < MAXIMUM_DISCARDED) {
            total += count;
            count = body.read(buffer);
        }
    }

    private Response answer(HttpExchange exchange) throws IOException {
        try {
            return route(exchange);
        } catch (HttpError e) {
            return e.toResponse();
        } catch (SessionEndedException e) {
            return new HttpError(401, "not logged in").toResponse();
        } catch (StoreUnavailableException | StoreFullException e) {
            LOGGER.log(Level.WARNING, "the session store cannot serve a request", e);
            return new HttpError(503, "sessions are unavailable at present").toResponse();
        } catch (RuntimeException e) {
            LOGGER.log(Level.ERROR, "a request failed", e);
            return new HttpError(500, "internal error").toResponse();
        }
    }

    private Response route(HttpExchange exchange) throws HttpError, IOException {
        String method = exchange.getRequestMethod();
        if (!guard.check(method, exchange.getRequestHeaders()::getFirst).isAllowed()) {
            throw new HttpError(403, "a request from another site");
        }
        String path = exchange.getRequestURI().getRawPath();
        if (path == null || !path.startsWith("/")) {
            throw new HttpError(400, "the request's target is not a path");
        }
        Map<String, Handler> exact = path.endsWith("/") && path.length() > 1 ? null : routes.get(path);
        if (exact != null) {
            return dispatch(exact, exchange, method, "");
        }
        int slash = path.lastIndexOf('/') + 1;
        Map<String, Handler> parametrized = slash > 1 ? routes.get(path.substring(0, slash)) : null;
        if (parametrized != null) {
            return dispatch(parametrized, exchange, method, path.substring(slash));
        }
        Handler others = api;
        if (others != null && path.startsWith("/api/")) {
            return others.answer(new Request(exchange, ""));
        }
        throw new HttpError(404, "there is nothing here");
    }

    private static Response dispatch(
            Map<String, Handler> methods, HttpExchange exchange, String method, String parameter)
            throws HttpError, IOException {
        Handler handler = methods.get(method.equals("HEAD") ? "GET" : method);
        if (handler == null) {
            return new HttpError(405, "the method is not allowed here")
                    .toResponse()
                    .with("Allow", allowed(methods));
        }
        return handler.answer(new Request(exchange, parameter));
    }

    private static String allowed(Map<String, Handler> methods) {
        TreeSet<String> names = new TreeSet<>(methods.keySet());
        if (names.contains("GET")) {
            names.add("HEAD");
        }
        return String.join(", ", names);
    }

    private static void send(HttpExchange exchange, Response response) throws IOException {
        ALWAYS.forEach(exchange.getResponseHeaders()::set);
        response.headers().stream()
                .map(Map.Entry::getKey)
                .filter(ALWAYS::containsKey)
                .forEach(exchange.getResponseHeaders()::remove);
        response.headers().forEach(header -> exchange.getResponseHeaders().add(header.getKey(), header.getValue()));
        boolean head = exchange.getRequestMethod().equals("HEAD");
        boolean bodiless = head || response.body().length == 0;
        exchange.sendResponseHeaders(response.status(), bodiless ? -1 : response.body().length);
        if (!bodiless) {
            exchange.getResponseBody().write(response.body());
        }
    }
}
