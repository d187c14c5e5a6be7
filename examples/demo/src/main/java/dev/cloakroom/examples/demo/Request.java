package dev.cloakroom.examples.demo;

import com.sun.net.httpserver.HttpExchange;
import dev.cloakroom.cookie.CookieHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a client asks. */
final class Request {

    private static final int HEX = 16;

    private final HttpExchange exchange;
    private final String parameter;

    /**
     * Takes a request apart.
     *
     * @param parameter what the path has where the route has a parameter, still percent-encoded; empty without one
     */
    Request(HttpExchange exchange, String parameter) {
        this.exchange = exchange;
        this.parameter = parameter;
    }

    String method() {
        return exchange.getRequestMethod();
    }

    /** Returns the path and the query as they came. */
    String target() {
        URI uri = exchange.getRequestURI();
        return uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
    }

    /** Returns a header's first value, or null. */
    @Nullable
    String header(String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    /** Returns the Cookie header for the engine, or null. A client may send several fields. */
    @Nullable
    String cookies() {
        return CookieHeader.join(exchange.getRequestHeaders().get("Cookie"));
    }

    /** Returns the path's parameter, decoded. */
    String parameter() throws HttpError {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < parameter.length(); i++) {
            char c = parameter.charAt(i);
            if (c != '%') {
                bytes.write(ascii(c));
            } else {
                int high = i + 2 < parameter.length() ? Character.digit(parameter.charAt(i + 1), HEX) : -1;
                int low = high < 0 ? -1 : Character.digit(parameter.charAt(i + 2), HEX);
                if (low < 0) {
                    throw new HttpError(400, "the path is not valid percent-encoding");
                }
                bytes.write(high * HEX + low);
                i += 2;
            }
        }
        return utf8(bytes.toByteArray(), "the path");
    }

    private static char ascii(char c) throws HttpError {
        if (c > 0x7F) {
            throw new HttpError(400, "the path must be percent-encoded");
        }
        return c;
    }

    /** Reads the body as text. */
    String text(int maximumBytes) throws HttpError, IOException {
        return utf8(bytes(maximumBytes), "the body");
    }

    /** Reads the body. */
    byte[] bytes(int maximumBytes) throws HttpError, IOException {
        byte[] body = exchange.getRequestBody().readNBytes(maximumBytes + 1);
        if (body.length > maximumBytes) {
            throw new HttpError(413, "the body is larger than " + maximumBytes + " bytes");
        }
        return body;
    }

    private static String utf8(byte[] bytes, String what) throws HttpError {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new HttpError(400, what + " is not valid UTF-8");
        }
    }
}
