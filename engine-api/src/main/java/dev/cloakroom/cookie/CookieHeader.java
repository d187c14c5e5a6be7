package dev.cloakroom.cookie;

import dev.cloakroom.internal.text.CookiePairs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parses {@code Cookie} headers (RFC 6265, sections 4.2 and 5.4). Accepts any text: it skips parts that are not pairs,
 * and takes time in proportion to the length.
 *
 * <p>A request may have several {@code Cookie} fields: in HTTP/2 and HTTP/3 a client may split the header (RFC 9113,
 * section 8.2.3; RFC 9114, section 4.2.1). Pass all of them through {@link #join}, never only the first.
 *
 * <p>The rules where clients differ:
 *
 * <ul>
 *   <li><b>Only semicolons separate pairs</b> (RFC 6265, section 4.2.1). A comma does not. RFC 2965 allowed it, but RFC
 *   6265,
 *       section 3, forbids to join fields with commas, and in RFC 6265bis, section 5.6, a value may contain a comma. If
 *       a comma separated pairs, a sibling domain could set a cookie {@code a} with the value
 *       {@code 1, __Host-session=2}. So it could plant a {@code __Host-} cookie past the browser's check of the name. A
 *       proxy that joins {@code Cookie} fields with commas is broken: configure it to join them with {@code "; "}.
 *   <li><b>Double quotes around a whole value are not part of it</b> (RFC 6265, section 4.1.1: a value may be quoted).
 *       {@code java.net.CookieManager} sends {@code $Version="1"; name="value"} for cookies with {@code Max-Age}. Other
 *       quotes have no meaning, and a semicolon inside quotes separates pairs. If quotes protected semicolons, an
 *       attacker could hide one cookie in another.
 *   <li><b>{@code $Version}, {@code $Path} and {@code $Domain}</b> (RFC 2965) are cookies like all others.
 * </ul>
 */
public final class CookieHeader {

    private CookieHeader() {}

    /**
     * Joins the {@code Cookie} fields of a request into one header.
     *
     * <p>With the JDK's server, pass {@code exchange.getRequestHeaders().get("Cookie")}; with servlets, {@code
     * Collections.list(request.getHeaders("Cookie"))}. One field is returned as it is, without a copy.
     *
     * @param fields the fields' values in their order, or null if the request has none
     * @return the header, or null if there are no fields
     * @throws NullPointerException if a field is null
     */
    public static @Nullable String join(@Nullable Collection<String> fields) {
        if (fields == null || fields.isEmpty()) {
            return null;
        }
        if (fields.size() == 1) {
            return fields instanceof List<String> list
                    ? list.get(0)
                    : fields.iterator().next();
        }
        StringBuilder header = new StringBuilder();
        String separator = "";
        for (String field : fields) {
            header.append(separator).append(Objects.requireNonNull(field, "field"));
            separator = "; ";
        }
        return header.toString();
    }

    /**
     * Returns the values of a cookie in their order, at most the first four. A browser sends several cookies of one
     * name if they were set with different paths or domains.
     *
     * @param header the header, or null if the request has none
     * @param name the cookie's name; case matters
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
