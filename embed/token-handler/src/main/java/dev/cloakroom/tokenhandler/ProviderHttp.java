package dev.cloakroom.tokenhandler;

import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to the authorization server. Each has a deadline for the whole answer and a limit of its size, and no
 * redirect is followed.
 */
final class ProviderHttp implements ResourceRetriever {

    private static final int LARGEST_ANSWER = 1024 * 1024;

    private final HttpClient client;
    private final Duration timeout;

    ProviderHttp(HttpClient client, Duration timeout) {
        this.client = client;
        this.timeout = timeout;
    }

    /** A request that did not reach the authorization server, so that it can be sent again. */
    static final class UnreachableException extends IOException {

        private static final long serialVersionUID = 1;

        UnreachableException() {
            super("the authorization server cannot be reached");
        }
    }

    /** A request that may have reached the authorization server, without an answer in time. */
    static final class LateException extends IOException {

        private static final long serialVersionUID = 1;

        LateException() {
            super("the authorization server did not answer in time");
        }
    }

    /** A request whose connection broke off before the answer. */
    static final class BrokenException extends IOException {

        private static final long serialVersionUID = 1;

        BrokenException(String how) {
            super("the authorization server broke off: " + how);
        }
    }

    /** Sends a request of the OAuth library's. */
    HTTPResponse send(HTTPRequest request) throws IOException {
        return response(await(start(request)));
    }

    /** Sends a request and does not wait for the answer. */
    CompletableFuture<HttpResponse<String>> start(HTTPRequest request) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(request.getURI()).timeout(timeout);
        request.getHeaderMap().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        String body = request.getBody();
        builder.method(
                request.getMethod().name(),
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        return send(builder.build());
    }

    String get(URI uri) throws IOException {
        HttpResponse<String> response = await(send(HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("Accept", "application/json")
                .build()));
        if (response.statusCode() != 200) {
            throw new IOException("the authorization server answered with status " + response.statusCode());
        }
        return response.body();
    }

    @Override
    public Resource retrieveResource(URL url) throws IOException {
        return new Resource(get(URI.create(url.toString())), "application/json");
    }

    private CompletableFuture<HttpResponse<String>> send(HttpRequest request) {
        return client.sendAsync(request, info -> new LimitedText());
    }

    private <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new LateException();
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new LateException();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    /** The causes are left out: their messages may quote an address with a secret in it. */
    private static IOException failure(@Nullable Throwable cause) {
        if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
            return new UnreachableException();
        }
        if (cause instanceof HttpTimeoutException) {
            return new LateException();
        }
        return new BrokenException(cause == null ? "unknown" : cause.getClass().getSimpleName());
    }

    private static HTTPResponse response(HttpResponse<String> received) throws IOException {
        HTTPResponse response = new HTTPResponse(received.statusCode());
        try {
            String type = received.headers().firstValue("Content-Type").orElse(null);
            if (type != null) {
                response.setContentType(type);
            }
        } catch (ParseException e) {
            throw new IOException("the authorization server's answer has a malformed Content-Type");
        }
        response.setBody(received.body());
        return response;
    }

    /** Collects an answer up to a limit. */
    private static final class LimitedText implements HttpResponse.BodySubscriber<String> {

        private final CompletableFuture<String> text = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Flow.@Nullable Subscription subscription;

        @Override
        public CompletionStage<String> getBody() {
            return text;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                if (bytes.size() + buffer.remaining() > LARGEST_ANSWER) {
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    text.completeExceptionally(new IOException("the answer is too large"));
                    return;
                }
                byte[] part = new byte[buffer.remaining()];
                buffer.get(part);
                bytes.writeBytes(part);
            }
        }

        @Override
        public void onError(Throwable failure) {
            text.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            text.complete(bytes.toString(StandardCharsets.UTF_8));
        }
    }
}
