package dev.cloakroom.cookie;

import dev.cloakroom.internal.text.CookiePairs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Cookie} headers (RFC 6265, section 5.4). Anything may be passed: what is not a pair is skipped, and a
 * header costs time in proportion to its length.
 *
 * <p>Pairs are separated by semicolons and nothing else. Quotes have no meaning, so that no value can hide a separator:
 * parsers that honour them have been made to swallow cookies whole.
 */
public final class CookieHeader {

    private CookieHeader() {}

    /** Returns the one header that several make; HTTP/2 and HTTP/3 may split it (RFC 9113, section 8.2.3). */
    public static @Nullable String join(@Nullable Collection<String> headers) {
        if (headers == null || headers.isEmpty()) {
            return null;
        }
        return headers.size() == 1 ? headers.iterator().next() : String.join("; ", headers);
    }

    /**
     * Returns the values of a cookie, the first four at most, as they stand.
     *
     * @param header null if the request has none
     * @throws IllegalArgumentException if the name is empty
     */
    public static List<String> values(@Nullable String header, String name) {
        List<String> values = new ArrayList<>();
        if (header != null) {
            long span = CookiePairs.find(header, name, 0);
            while (span != CookiePairs.NONE && values.size() < CookiePairs.MAXIMUM) {
                values.add(header.substring(CookiePairs.start(span), CookiePairs.end(span)));
                span = CookiePairs.find(header, name, CookiePairs.end(span));
            }
        }
        return values;
    }
}
