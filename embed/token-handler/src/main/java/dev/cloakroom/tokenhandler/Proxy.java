package dev.cloakroom.tokenhandler;

import dev.cloakroom.Session;
import dev.cloakroom.cookie.CookieHeader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Passes requests on to upstreams, with the session's access token in place of its cookie. */
final class Proxy {

    private static final System.Logger LOG = System.getLogger(Proxy.class.getName());

    /** Shorter bodies are kept until the answer is there, to be sent again after a refresh. */
    private static final int LONGEST_KEPT = 64 * 1024;

    /** Methods whose requests have a body as a rule, though HTTP/2 need not announce it. */
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY");

    private final Settings settings;
    private final HttpClient client;
    private final Refresher refresher;
    private final Principals principals;
    private final OpenConnections connections;
    private final Meters meters;

    Proxy(
            Settings settings,
            HttpClient client,
            Refresher refresher,
            Principals principals,
            OpenConnections connections,
            Meters meters) {
        this.settings = settings;
        this.client = client;
        this.refresher = refresher;
        this.principals = principals;
        this.connections = connections;
        this.meters = meters;
    }

    /** Returns the upstream of a path, or null. */
    @Nullable
    Upstream upstream(String path) {
        for (Upstream upstream : settings.upstreams()) {
            if (upstream.matches(path)) {
                return upstream;
            }
        }
        return null;
    }

    TokenResponse pass(TokenRequest request, Upstream upstream) {
        String method = request.method();
        if (!METHODS.contains(method) || !upstream.allows(method)) {
            throw new RefusedException(405, Refusal.BAD_TARGET, "the method is not allowed here");
        }
        URI target = upstream.address(request);
        Body body = body(request);
        Session session = principals.loggedIn(settings.engine().lookup(CookieHeader.join(request.all("Cookie"))));
        if (session == null) {
            throw RefusedException.loginRequired();
        }
        OpenConnections.Connection connection = connections.open(session.handle());
        try {
            return pass(new Exchange(request, target, body, session, connection));
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * A request on its way.
     *
     * @param target the address at the upstream
     * @param connection is closed when the answer has been sent
     */
    private record Exchange(
            TokenRequest request, URI target, Body body, Session session, OpenConnections.Connection connection) {}

    private TokenResponse pass(Exchange exchange) {
        Tokens tokens = refresher.usable(exchange.session());
        // Before anything is done that cannot be undone, and before the response begins.
        List<String> cookies = settings.engine().commit(exchange.session());
        HttpResponse<UpstreamBody> response = send(exchange, tokens);
        if (response.statusCode() == 401) {
            response = again(exchange, tokens, response);
        }
        response.body().endWith(exchange.connection());
        return response(exchange, response).withCookies(cookies);
    }

    // The request

    /**
     * A request's body.
     *
     * @param kept the whole of it, null if it is streamed
     * @param streamed null if it is kept
     * @param length -1 if it is not known
     */
    private record Body(byte @Nullable [] kept, @Nullable CountedBody streamed, long length) {

        HttpRequest.BodyPublisher publisher() {
            if (kept != null) {
                return kept.length == 0
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(kept);
            }
            HttpRequest.BodyPublisher streaming = HttpRequest.BodyPublishers.ofInputStream(() -> streamed);
            return length < 0 ? streaming : HttpRequest.BodyPublishers.fromPublisher(streaming, length);
        }

        /** Ends the reading. Returns false if another thread is reading right now. */
        boolean detach() {
            return streamed == null || streamed.isAtEnd() || streamed.detach();
        }

        long lastProgress(long start) {
            return streamed == null ? start : Math.max(start, streamed.lastRead());
        }
    }

    private Body body(TokenRequest request) {
        long length = length(request);
        boolean chunked = request.first("Transfer-Encoding") != null;
        if (length > settings.maxBody()) {
            throw tooLarge();
        }
        if (length == 0 || (length < 0 && !chunked && !WITH_BODY.contains(request.method()))) {
            return new Body(new byte[0], null, 0);
        }
        if (length < 0 || length > LONGEST_KEPT) {
            return new Body(null, new CountedBody(request.body(), settings.maxBody(), length), length);
        }
        try {
            byte[] kept = request.body().readNBytes((int) length);
            if (kept.length < length) {
                throw new RefusedException(400, Refusal.BAD_TARGET, "the body is shorter than Content-Length");
            }
            return new Body(kept, null, length);
        } catch (IOException e) {
            throw new RefusedException(400, Refusal.BAD_TARGET, "the body broke off");
        }
    }

    private static long length(TokenRequest request) {
        List<String> values = List.copyOf(request.all("Content-Length"));
        if (values.isEmpty()) {
            return -1;
        }
        if (values.size() > 1 || !values.get(0).matches("[0-9]{1,18}") || request.first("Transfer-Encoding") != null) {
            throw new RefusedException(400, Refusal.BAD_TARGET, "the body's length is not clear");
        }
        return Long.parseLong(values.get(0));
    }

    private RefusedException tooLarge() {
        return new RefusedException(
                413, Refusal.BODY_TOO_LARGE, "the body has more than " + settings.maxBody() + " bytes");
    }

    private HttpResponse<UpstreamBody> send(Exchange exchange, Tokens tokens) {
        TokenRequest request = exchange.request();
        URI target = exchange.target();
        Body body = exchange.body();
        HttpRequest.Builder builder = HttpRequest.newBuilder(target).method(request.method(), body.publisher());
        if ("http".equals(target.getScheme())) {
            // Without TLS, HTTP/2 would begin with an upgrade, which some servers stumble over.
            builder.version(HttpClient.Version.HTTP_1_1);
        }
        try {
            for (TokenResponse.Header header : ForwardedHeaders.ofRequest(request, settings.csrfHeader())) {
                builder.header(header.name(), header.value());
            }
        } catch (IllegalArgumentException e) {
            throw new RefusedException(400, Refusal.BAD_TARGET, "a header is malformed");
        }
        String address = request.remoteAddress();
        ForwardedHeaders.own(tokens, settings.origin(), address == null ? "" : address)
                .forEach(builder::setHeader);
        long start = System.nanoTime();
        try {
            CompletableFuture<HttpResponse<UpstreamBody>> future = client.sendAsync(
                    builder.build(), info -> new UpstreamBody(settings.idleTimeout(), isEventStream(info.headers())));
            exchange.connection().onEnd(() -> future.cancel(true));
            HttpResponse<UpstreamBody> response = await(future, body, start);
            meters.answered(System.nanoTime() - start);
            return response;
        } catch (RefusedException e) {
            // A request that was cancelled because the session has ended may fail in more than one way.
            RefusedException refused = exchange.connection().isOver() ? RefusedException.loginRequired() : e;
            throw body.detach() ? refused : refused.endingConnection();
        }
    }

    private static boolean isEventStream(HttpHeaders headers) {
        String type = headers.firstValue("Content-Type").orElse("");
        return type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
    }

    /** Waits for the answer's headers. The time counts from the last byte that the client has sent. */
    private HttpResponse<UpstreamBody> await(
            CompletableFuture<HttpResponse<UpstreamBody>> future, Body body, long start) {
        while (true) {
            long left = body.lastProgress(start) + settings.headersTimeout().toNanos() - System.nanoTime();
            if (left <= 0) {
                future.cancel(true);
                throw new RefusedException(504, Refusal.UPSTREAM_TIMEOUT, "the upstream did not answer in time");
            }
            try {
                return future.get(left, TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                // The next round looks whether the client has sent more meanwhile.
            } catch (InterruptedException e) {
                future.cancel(true);
                Thread.currentThread().interrupt();
                throw new RefusedException(503, Refusal.UPSTREAM_FAILED, "the server is stopping");
            } catch (CancellationException e) {
                throw failure(e);
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            }
        }
    }

    private RefusedException failure(@Nullable Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof CountedBody.TooLargeException) {
                return tooLarge();
            }
            if (t instanceof HttpConnectTimeoutException) {
                return new RefusedException(504, Refusal.UPSTREAM_TIMEOUT, "the upstream cannot be reached in time");
            }
        }
        LOG.log(
                System.Logger.Level.DEBUG,
                "an upstream failed: {0}",
                cause == null ? "unknown" : cause.getClass().getSimpleName());
        return new RefusedException(502, Refusal.UPSTREAM_FAILED, "the upstream cannot be reached, or broke off");
    }

    /** Refreshes the tokens that the upstream refused, and repeats the request if its body can be sent again. */
    private HttpResponse<UpstreamBody> again(Exchange exchange, Tokens refused, HttpResponse<UpstreamBody> response) {
        Tokens others;
        try {
            others = refresher.replaced(exchange.session(), refused);
        } catch (RuntimeException e) {
            response.body().close();
            throw e;
        }
        if (exchange.body().kept() == null || others.accessToken().equals(refused.accessToken())) {
            return response;
        }
        response.body().close();
        return send(exchange, others);
    }

    // The response

    private static TokenResponse response(Exchange exchange, HttpResponse<UpstreamBody> response) {
        int status = response.statusCode();
        List<TokenResponse.Header> headers = new ArrayList<>(ForwardedHeaders.ofResponse(response.headers()));
        headers.add(new TokenResponse.Header("X-Content-Type-Options", "nosniff"));
        boolean bodiless = exchange.request().method().equals("HEAD") || status == 204 || status == 304;
        long length = bodiless
                ? 0
                : response.headers().firstValueAsLong("Content-Length").orElse(-1);
        TokenResponse passed = TokenResponse.streamed(status, headers, response.body(), length);
        CountedBody streamed = exchange.body().streamed();
        // An upstream may answer before it has read all. If it refuses, the rest is of no use to it.
        boolean readOn = streamed != null && !streamed.isAtEnd() && (status < 400 || !streamed.detach());
        return readOn ? passed.endingConnection() : passed;
    }
}
