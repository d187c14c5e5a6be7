package dev.cloakroom.tokenhandler;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response for a server to send: status and headers are there, and the body may still be on its way from an upstream.
 *
 * <p>Send status and headers at once. Then call {@link #writeTo}, or read {@link #body} and flush after each read, so that
 * event streams arrive. Always {@link #close} the response: this ends the upstream's response if it was not read to its
 * end. Used by one thread at a time.
 */
public final class TokenResponse implements AutoCloseable {

    private static final int CHUNK = 16 * 1024;
    private static final long UNKNOWN = -1;

    private final int status;
    private final List<Header> headers;
    private final InputStream body;
    private final long length;
    private final @Nullable UpstreamSocket webSocket;

    private TokenResponse(
            int status, List<Header> headers, InputStream body, long length, @Nullable UpstreamSocket webSocket) {
        this.status = status;
        this.headers = List.copyOf(headers);
        this.body = body;
        this.length = length;
        this.webSocket = webSocket;
    }

    /**
     * A header field.
     *
     * @param name its name
     * @param value its value
     */
    public record Header(String name, String value) {

        /** Returns the name: the value may be a cookie. */
        @Override
        public String toString() {
            return name;
        }
    }

    static TokenResponse streamed(int status, List<Header> headers, InputStream body, long length) {
        return new TokenResponse(status, headers, body, length, null);
    }

    /** Returns a response of the handler's own. It is never cached. */
    static TokenResponse of(int status, String contentType, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<Header> headers = new ArrayList<>(List.of(
                new Header("Cache-Control", "no-store"),
                new Header("Referrer-Policy", "no-referrer"),
                new Header("X-Content-Type-Options", "nosniff")));
        if (bytes.length > 0) {
            headers.add(new Header("Content-Type", contentType));
        }
        return new TokenResponse(status, headers, new ByteArrayInputStream(bytes), bytes.length, null);
    }

    static TokenResponse empty(int status) {
        return of(status, "", "");
    }

    /** Returns a response that gives the client's connection to a WebSocket. */
    static TokenResponse upgrading(UpstreamSocket webSocket) {
        return new TokenResponse(101, List.of(), InputStream.nullInputStream(), 0, webSocket);
    }

    /** Returns the WebSocket that the client's connection is for, or null. */
    @Nullable
    UpstreamSocket webSocket() {
        return webSocket;
    }

    TokenResponse with(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new TokenResponse(status, more, body, length, webSocket);
    }

    TokenResponse withCookies(List<String> setCookies) {
        TokenResponse response = this;
        for (String cookie : setCookies) {
            response = response.with("Set-Cookie", cookie);
        }
        return response;
    }

    /** Returns the same, with the client's connection to be closed afterwards. */
    TokenResponse endingConnection() {
        return with("Connection", "close");
    }

    /**
     * Returns whether the client's connection must be closed when the response was sent. The response then has the header
     * {@code Connection: close}. A part of the request may still be read by another thread, so nothing else can follow.
     */
    public boolean endsConnection() {
        return headers.stream().anyMatch(header -> header.name().equals("Connection"));
    }

    /** Returns the status code. */
    public int status() {
        return status;
    }

    /** Returns the header fields in their order, without {@code Content-Length} and {@code Transfer-Encoding}. */
    public List<Header> headers() {
        return headers;
    }

    /** Returns the body's length in bytes, or -1 if it is not known. */
    public long length() {
        return length;
    }

    /**
     * Returns the body. A read returns what has arrived and waits only if nothing has. It throws an {@link IOException} if
     * the upstream fails or is silent for too long: the client's connection must be broken off then, so that the client
     * does not take what it got for the whole.
     */
    public InputStream body() {
        return body;
    }

    /**
     * Writes the body to a stream and flushes it after each part that arrives. The stream is not closed.
     *
     * @throws IOException if the client or the upstream fails
     */
    public void writeTo(OutputStream out) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
            out.write(chunk, 0, read);
            out.flush();
        }
    }

    boolean isLengthKnown() {
        return length != UNKNOWN;
    }

    /** Ends the upstream's response, if this is one. */
    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the upstream's response cannot be closed", e);
        }
    }

    /** Returns the status. */
    @Override
    public String toString() {
        return "TokenResponse[" + status + "]";
    }
}
