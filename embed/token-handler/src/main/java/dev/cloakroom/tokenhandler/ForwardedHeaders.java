package dev.cloakroom.tokenhandler;

import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Chooses the headers that pass the proxy. */
final class ForwardedHeaders {

    /** They are of one connection (RFC 9110, section 7.6.1), or made anew for the next. */
    private static final Set<String> OF_A_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "content-length");

    /** What the client's word does not count for, and what speaks of the browser's page instead of the handler. */
    private static final Set<String> OF_THE_CLIENT = Set.of(
            "host",
            "expect",
            "cookie",
            "cookie2",
            "authorization",
            "forwarded",
            "via",
            "x-real-ip",
            "x-client-ip",
            "true-client-ip",
            "origin",
            "referer",
            "http2-settings");

    private static final List<String> PREFIXES_OF_THE_CLIENT =
            List.of("x-forwarded-", "sec-fetch-", "sec-websocket-", "access-control-", "proxy-", ":");

    /** What an upstream may not say, because it would speak for the whole origin. */
    private static final Set<String> OF_THE_ORIGIN = Set.of(
            "set-cookie",
            "set-cookie2",
            "clear-site-data",
            "strict-transport-security",
            "public-key-pins",
            "alt-svc",
            "service-worker-allowed",
            "www-authenticate",
            "x-content-type-options");

    private static final Set<String> DECIDE_ABOUT_SHARED_CACHES =
            Set.of("private", "no-store", "public", "s-maxage", "must-revalidate");

    private ForwardedHeaders() {}

    /** Returns the fields of a request that an upstream gets. */
    static List<TokenResponse.Header> ofRequest(TokenRequest request, String csrfHeader) {
        Set<String> named = named(request.all("Connection"));
        List<TokenResponse.Header> passed = new ArrayList<>();
        request.headers().forEach((name, values) -> {
            // Some servers take an underscore for a hyphen.
            String plain = name.toLowerCase(Locale.ROOT).replace('_', '-');
            boolean stays = OF_A_CONNECTION.contains(plain)
                    || OF_THE_CLIENT.contains(plain)
                    || PREFIXES_OF_THE_CLIENT.stream().anyMatch(plain::startsWith)
                    || plain.equals(csrfHeader.toLowerCase(Locale.ROOT).replace('_', '-'))
                    || named.contains(name);
            if (!stays) {
                values.forEach(value -> passed.add(new TokenResponse.Header(name, value)));
            }
        });
        return passed;
    }

    /** Returns the fields of an upstream's response that the client gets. */
    static List<TokenResponse.Header> ofResponse(HttpHeaders headers) {
        Set<String> named = named(headers.allValues("Connection"));
        List<TokenResponse.Header> passed = new ArrayList<>();
        headers.map().forEach((name, values) -> {
            String plain = name.toLowerCase(Locale.ROOT);
            boolean stays = OF_A_CONNECTION.contains(plain)
                    || OF_THE_ORIGIN.contains(plain)
                    || plain.startsWith("access-control-")
                    || plain.startsWith(":")
                    || named.contains(plain);
            if (!stays) {
                values.forEach(value -> passed.add(new TokenResponse.Header(name, value)));
            }
        });
        passed.addAll(cacheControl(headers.allValues("Cache-Control")));
        return passed;
    }

    /**
     * Keeps shared caches from storing what is one user's. They do not store the answer to a request with {@code
     * Authorization} unless it says so (RFC 9111, section 3.5), but between the browser and the handler the requests have
     * none.
     */
    private static List<TokenResponse.Header> cacheControl(List<String> values) {
        if (values.isEmpty()) {
            return List.of(new TokenResponse.Header("Cache-Control", "no-store"));
        }
        for (String value : values) {
            for (String directive : value.split(",", -1)) {
                String name = directive.strip().toLowerCase(Locale.ROOT).split("=", 2)[0];
                if (DECIDE_ABOUT_SHARED_CACHES.contains(name)) {
                    return List.of();
                }
            }
        }
        return List.of(new TokenResponse.Header("Cache-Control", "private"));
    }

    /** Returns the fields that a {@code Connection} field names: they are of the connection, too. */
    private static Set<String> named(Collection<String> connection) {
        Set<String> names = new HashSet<>();
        for (String value : connection) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    /** Returns the fields that the handler adds of its own. */
    static Map<String, String> own(Tokens tokens, String origin, String remoteAddress) {
        String[] parts = origin.split("://", 2);
        return remoteAddress.isEmpty()
                ? Map.of(
                        "Authorization", "Bearer " + tokens.accessToken(),
                        "X-Forwarded-Proto", parts[0],
                        "X-Forwarded-Host", parts[1])
                : Map.of(
                        "Authorization",
                        "Bearer " + tokens.accessToken(),
                        "X-Forwarded-Proto",
                        parts[0],
                        "X-Forwarded-Host",
                        parts[1],
                        "X-Forwarded-For",
                        remoteAddress);
    }
}
