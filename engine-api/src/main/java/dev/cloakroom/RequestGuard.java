package dev.cloakroom;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that another site, or another origin of the same site, makes with the user's cookies (cross-site request
 * forgery, and cross-site WebSocket hijacking). With {@code SameSite=Strict} it is the second line of defence; with a weaker
 * cookie or an old browser, the first.
 *
 * <p>An application can use one or both of two checks:
 *
 * <ul>
 *   <li>{@link #check} judges a request by its headers. The page has to do nothing.
 *   <li>{@link Session#csrfToken} and {@link Session#isCsrfToken}: a token bound to the session that the page sends back. It proves that the
 *       request's author has read a page of the application.
 * </ul>
 *
 * <p>{@link #check} judges every request but those with the methods GET, HEAD and OPTIONS, which must not change anything. It
 * judges WebSocket handshakes too, although they are GET requests: a GET with {@code Upgrade: websocket} (RFC 6455), and
 * CONNECT (RFC 8441, RFC 9220). The rules, the first that applies decides:
 *
 * <ol>
 *   <li>An {@code Origin} that was named with {@link Builder#ownOrigin} or {@link Builder#allowOrigin} passes; {@code Origin:
 *       null} passes after {@link Builder#allowNullOrigin}.
 *   <li>{@code Sec-Fetch-Site} (Fetch Metadata, in all browsers since March 2023): {@code same-origin} passes. {@code none}, a
 *       request that the user made without a page, passes unless it is a WebSocket handshake; then {@code Origin} decides.
 *       Every other value is refused.
 *   <li>No {@code Origin}: passes. Browsers send {@code Origin} with every WebSocket handshake, and since 2020 with every
 *       request whose method is not GET or HEAD. So the request is not a browser's, or an older browser's.
 *   <li>If an own origin was named, every other {@code Origin} is refused, also one that differs in the scheme alone.
 *   <li>Otherwise {@code Origin} must have the host and port of the request's {@code Host} header. The scheme cannot be
 *       compared then: a page of {@code http://app} passes at {@code https://app}, unless the browser sends
 *       {@code Sec-Fetch-Site}. Name the own origin to compare it, and if a proxy rewrites {@code Host}.
 * </ol>
 *
 * <p>A server or framework that lets a header or a parameter override the method ({@code X-HTTP-Method-Override}, {@code
 * _method}) turns a GET, which is not judged, into another request. Pass the method that will be acted on, or switch the
 * override off.
 *
 * <p>Safe for use by any number of threads.
 */
public final class RequestGuard {

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    private final Set<Origin> allowedOrigins;
    private final boolean ownOriginKnown;
    private final boolean nullOriginAllowed;

    private RequestGuard(Builder builder) {
        this.allowedOrigins = Set.copyOf(builder.origins);
        this.ownOriginKnown = builder.ownOriginKnown;
        this.nullOriginAllowed = builder.nullOriginAllowed;
    }

    /** Returns a guard that lets only the origin through that the request's {@code Host} header names. */
    public static RequestGuard sameOrigin() {
        return builder().build();
    }

    /** Returns a builder with no origins. */
    public static Builder builder() {
        return new Builder();
    }

    /** The result of {@link #check}. */
    public enum Verdict {
        /** The request may go on. */
        ALLOWED,
        /** {@code Sec-Fetch-Site} says that another site, or another origin of this site, makes the request. */
        CROSS_ORIGIN,
        /** {@code Origin} is not the application's. */
        FOREIGN_ORIGIN;

        /** Returns whether the request may go on. If not, answer it with 403. */
        public boolean isAllowed() {
            return this == ALLOWED;
        }
    }

    /**
     * Judges a request by its headers.
     *
     * @param method the request's method, in capitals: the one that will be acted on, if anything overrides it
     * @param headers returns a header's first value by its name, without regard to case, or null if the request has none;
     *     asked for {@code Upgrade}, {@code Origin}, {@code Sec-Fetch-Site} and {@code Host}. With HTTP/2 and HTTP/3 it
     *     returns {@code :authority} for {@code Host}.
     */
    public Verdict check(String method, Function<String, @Nullable String> headers) {
        boolean handshake = method.equals("CONNECT") || isWebSocket(headers.apply("Upgrade"));
        if (SAFE_METHODS.contains(method) && !handshake) {
            return Verdict.ALLOWED;
        }
        String originText = headers.apply("Origin");
        Origin origin = originText == null ? null : Origin.parse(originText);
        if (isAllowed(originText, origin)) {
            return Verdict.ALLOWED;
        }
        String site = headers.apply("Sec-Fetch-Site");
        if (site != null && !(handshake && site.equals("none"))) {
            return site.equals("same-origin") || site.equals("none") ? Verdict.ALLOWED : Verdict.CROSS_ORIGIN;
        }
        if (originText == null) {
            return Verdict.ALLOWED;
        }
        return !ownOriginKnown && isHost(origin, headers.apply("Host")) ? Verdict.ALLOWED : Verdict.FOREIGN_ORIGIN;
    }

    private boolean isAllowed(@Nullable String text, @Nullable Origin origin) {
        return origin == null ? nullOriginAllowed && "null".equals(text) : allowedOrigins.contains(origin);
    }

    private static boolean isWebSocket(@Nullable String upgrade) {
        if (upgrade == null) {
            return false;
        }
        for (String protocol : upgrade.split(",", -1)) {
            if (protocol.strip().equalsIgnoreCase("websocket")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHost(@Nullable Origin origin, @Nullable String host) {
        return origin != null && host != null && origin.equals(Origin.parse(origin.scheme(), host));
    }

    /** Settings of a {@link RequestGuard}. Not thread-safe. */
    public static final class Builder {

        private final Set<Origin> origins = new HashSet<>();
        private boolean ownOriginKnown;
        private boolean nullOriginAllowed;

        private Builder() {}

        /**
         * Names the application's own origin, such as {@code https://app.example}. Call it several times if the application
         * has several. The {@code Host} header is not looked at then: this is for proxies that rewrite it, and it makes the
         * guard compare schemes.
         *
         * @param origin as for {@link #allowOrigin}
         * @throws IllegalArgumentException if it is not an origin
         */
        public Builder ownOrigin(String origin) {
            ownOriginKnown = true;
            return allowOrigin(origin);
        }

        /**
         * Lets the requests of another origin through, such as {@code https://admin.example}.
         *
         * @param origin a scheme, {@code ://}, a host, and a port if it is not the scheme's own; without a path. The host is
         *     a name in its ASCII form, an IPv4 address, or an IPv6 address in brackets. Case does not matter.
         * @throws IllegalArgumentException if it is not an origin
         */
        public Builder allowOrigin(String origin) {
            Origin parsed = Origin.parse(Objects.requireNonNull(origin, "origin"));
            if (parsed == null) {
                throw new IllegalArgumentException(
                        "\"" + origin + "\" is not an origin: write scheme, host and, if it is"
                                + " not the scheme's own, port, without a path, such as https://app.example or"
                                + " http://localhost:3000");
            }
            origins.add(parsed);
            return this;
        }

        /**
         * Lets requests with {@code Origin: null} through. A browser sends it from sandboxed frames, local files and after
         * some redirects: any site can make it do so. Allow it only where a token protects the request.
         */
        public Builder allowNullOrigin() {
            nullOriginAllowed = true;
            return this;
        }

        /** Returns a guard with these settings. */
        public RequestGuard build() {
            return new RequestGuard(this);
        }
    }
}
