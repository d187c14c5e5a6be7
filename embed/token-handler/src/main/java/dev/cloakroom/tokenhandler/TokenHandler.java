package dev.cloakroom.tokenhandler;

import dev.cloakroom.RequestGuard;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.cookie.CookieSealer;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.SessionStoreException;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * OAuth 2 and OpenID Connect for a single-page application whose scripts never see a token: a backend for frontend
 * (draft-ietf-oauth-browser-based-apps, section 6.1). It logs users in, keeps their tokens in the engine's sessions, and
 * passes the page's requests on to APIs with the access token in place of the cookie.
 *
 * <pre>{@code
 * TokenHandler handler = TokenHandler.builder(engine)
 *         .keys(keys)
 *         .origin("https://app.example")
 *         .issuer("https://login.example")
 *         .client(ClientCredentials.secretBasic("shop", secret))
 *         .upstream("/api/", URI.create("https://orders.example/v1/"))
 *         .build();
 * }</pre>
 *
 * <p>The endpoints, at the prefix {@code /bff} unless it is set:
 *
 * <ul>
 *   <li>{@code GET /bff/login?returnUrl=…&prompt=…}: navigate there to log in.
 *   <li>{@code GET /bff/callback}: the redirect URI to register at the authorization server.
 *   <li>{@code GET /bff/session}: who is logged in, as JSON; 401 without a login. It is no access of the session, unless
 *       {@code ?keepAlive=true} is added.
 *   <li>{@code POST /bff/logout}: logs out here; posted as a form with the field {@code csrf}, at the authorization server,
 *       too.
 *   <li>{@code POST /bff/backchannel}: the back-channel logout URI to register.
 *   <li>The prefixes of {@linkplain Builder#upstream upstreams}.
 * </ul>
 *
 * <p>Requests to upstreams and to {@code /bff/session} must have the header {@code X-CSRF: 1}, GET requests, too. No site
 * or origin but the application's own can send it.
 *
 * <p>{@link #handle} answers every request and throws nothing that a client or another server can cause. No message, log
 * or metric has a token, a code or a verifier in it. Safe for use by any number of threads. Null is accepted only where it
 * says so.
 */
public final class TokenHandler {

    private static final System.Logger LOG = System.getLogger(TokenHandler.class.getName());

    private final Settings settings;
    private final Logins logins;
    private final SessionPage sessionPage;
    private final Logouts logouts;
    private final Proxy proxy;
    private final WebSocketProxy webSockets;
    private final RequestGuard guard;
    private final Meters meters = new Meters();
    private final Principals principals;

    private TokenHandler(
            Settings settings,
            Provider provider,
            CookieSealer sealer,
            HttpClient upstreamClient,
            Duration refreshBefore,
            Duration sessionCheck) {
        this.settings = settings;
        this.principals = new Principals(provider.issuer());
        OpenConnections connections = new OpenConnections(settings.engine(), this::isAlive, sessionCheck);
        Transactions transactions = new Transactions(sealer, settings.clock());
        this.logins = new Logins(settings, provider, transactions, principals, connections, meters);
        this.sessionPage = new SessionPage(settings, principals);
        this.logouts = new Logouts(settings, provider, principals, connections, meters);
        Refresher refresher = new Refresher(connections, provider, principals, settings.clock(), refreshBefore, meters);
        this.proxy = new Proxy(settings, upstreamClient, refresher, principals, connections, meters);
        this.webSockets = new WebSocketProxy(settings, upstreamClient, refresher, principals, connections, meters);
        this.guard = RequestGuard.builder().ownOrigin(settings.origin()).build();
    }

    private boolean isAlive(Session session) {
        return principals.isLoggedIn(session)
                && !Tokens.areOver(session, settings.clock().millis());
    }

    /** Returns a builder for a handler whose sessions are an engine's. The handler does not close the engine. */
    public static Builder builder(SessionEngine engine) {
        return new Builder(Objects.requireNonNull(engine, "engine"));
    }

    /** Returns whether a path is the handler's: of an endpoint or of an upstream. */
    public boolean handles(String path) {
        return path.startsWith(settings.prefix() + "/") || proxy.upstream(path) != null;
    }

    /**
     * Answers a request. It waits for the store, the authorization server and the upstream's headers; the upstream's body
     * is read as the response is sent. Handshakes of WebSockets get 501.
     */
    public TokenResponse handle(TokenRequest request) {
        return handle(request, false);
    }

    /**
     * Does what {@link #handle(TokenRequest)} does, and opens WebSockets.
     *
     * @param canUpgrade whether the server can give the connection to {@link TokenResponse#webSocket}
     */
    TokenResponse handle(TokenRequest request, boolean canUpgrade) {
        String path = request.path();
        String prefix = settings.prefix();
        if (path.equals(prefix + "/login")) {
            return page(() -> only("GET", request, () -> logins.begin(request)));
        }
        if (path.equals(prefix + "/callback")) {
            return page(() -> only("GET", request, () -> logins.complete(request)));
        }
        return json(() -> answer(request, path, canUpgrade));
    }

    private TokenResponse answer(TokenRequest request, String path, boolean canUpgrade) {
        String prefix = settings.prefix();
        if (path.equals(prefix + "/session")) {
            return only("GET", request, () -> {
                checkHeader(request);
                return sessionPage.show(request);
            });
        }
        if (path.equals(prefix + "/logout")) {
            return only("POST", request, () -> logOut(request));
        }
        if (path.equals(prefix + "/backchannel")) {
            return only("POST", request, () -> logouts.byProvider(request));
        }
        Upstream upstream = proxy.upstream(path);
        if (upstream == null) {
            throw new RefusedException(404, Refusal.BAD_TARGET, "there is nothing here");
        }
        return pass(request, upstream, canUpgrade);
    }

    private TokenResponse logOut(TokenRequest request) {
        checkOrigin(request);
        return hasHeader(request) ? logouts.byScript(request) : logouts.byForm(request);
    }

    private TokenResponse pass(TokenRequest request, Upstream upstream, boolean canUpgrade) {
        if (WebSocketProxy.isHandshake(request)) {
            checkOrigin(request);
            return webSockets.open(request, upstream, canUpgrade);
        }
        checkHeader(request);
        return proxy.pass(request, upstream);
    }

    private void checkHeader(TokenRequest request) {
        checkOrigin(request);
        if (!hasHeader(request)) {
            throw new RefusedException(
                    403, Refusal.CSRF, "send the header " + settings.csrfHeader() + ": 1 with each request");
        }
    }

    private boolean hasHeader(TokenRequest request) {
        return "1".equals(request.first(settings.csrfHeader()));
    }

    /** Judges GET requests as strictly as others: they come with the user's token. */
    private void checkOrigin(TokenRequest request) {
        if (!guard.check("POST", name -> name == null ? null : request.first(name))
                .isAllowed()) {
            throw new RefusedException(
                    403, Refusal.CSRF, "the request was made by a page of another origin than " + settings.origin());
        }
    }

    private static TokenResponse only(String method, TokenRequest request, Supplier<TokenResponse> answer) {
        if (!request.method().equals(method)) {
            throw new RefusedException(405, Refusal.BAD_TARGET, "only " + method + " is allowed here");
        }
        return answer.get();
    }

    private TokenResponse page(Supplier<TokenResponse> answer) {
        try {
            return answer.get();
        } catch (RefusedException e) {
            meters.refused(e.refusal());
            return Pages.tryAgain(e.status(), e.text(), settings.prefix() + "/login");
        } catch (SessionStoreException e) {
            LOG.log(System.Logger.Level.WARNING, "the session store cannot answer", e);
            return Pages.tryAgain(503, "The sessions cannot be reached now.", settings.prefix() + "/login");
        } catch (RuntimeException e) {
            report(e);
            return Pages.tryAgain(500, "Something failed here.", settings.prefix() + "/login");
        }
    }

    private TokenResponse json(Supplier<TokenResponse> answer) {
        try {
            return answer.get();
        } catch (RefusedException e) {
            meters.refused(e.refusal());
            TokenResponse refused =
                    Json.response(e.status(), Map.of("error", e.refusal().code(), "message", e.text()));
            return e.endsConnection() ? refused.endingConnection() : refused;
        } catch (SessionStoreException e) {
            LOG.log(System.Logger.Level.WARNING, "the session store cannot answer", e);
            return Json.response(
                    503,
                    Map.of("error", "store_unavailable", "message", "the sessions cannot be reached: try again later"));
        } catch (RuntimeException e) {
            report(e);
            return Json.response(500, Map.of("error", "internal", "message", "something failed here: see the log"));
        }
    }

    /** Logs an unexpected failure without its message, which may quote anything. */
    private static void report(RuntimeException failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        LOG.log(
                System.Logger.Level.ERROR,
                "a request failed: {0} at {1}",
                failure.getClass().getName(),
                trace.length == 0 ? "unknown" : trace[0]);
    }

    /**
     * Returns the principal of a user, for {@link SessionEngine#sessionsOf} and {@link SessionEngine#logoutEverywhere}.
     *
     * @param subject the claim {@code sub} of the user's ID tokens
     */
    public String principalOf(String subject) {
        return principals.of(subject);
    }

    /** Returns what the handler has counted so far. */
    public TokenHandlerMetrics metrics() {
        return meters.snapshot();
    }

    /** Settings of a {@link TokenHandler}. Each may be given once, but for {@link #upstream}. Not thread-safe. */
    public static final class Builder {

        private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~/-]*");
        private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9-]+");
        private static final Duration LONGEST_PROVIDER_TIMEOUT = Duration.ofSeconds(25);

        private final SessionEngine engine;
        private final Set<String> given = new HashSet<>();
        private final List<Upstream> upstreams = new ArrayList<>();

        private @Nullable KeyRing keys;
        private @Nullable String origin;
        private @Nullable String issuer;
        private @Nullable ClientCredentials client;
        private String prefix = "/bff";
        private List<String> scopes = List.of("openid", "profile");
        private List<String> claims = List.of("sub", "name");
        private String afterLogout = "/";
        private String csrfHeader = "X-CSRF";
        private long maxBody = 10L * 1024 * 1024;
        private Duration refreshBefore = Duration.ofSeconds(45);
        private Duration providerTimeout = Duration.ofSeconds(10);
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration headersTimeout = Duration.ofSeconds(30);
        private Duration idleTimeout = Duration.ofMinutes(5);
        private Duration keyInterval = Duration.ofSeconds(30);
        private Duration sessionCheck = Duration.ofSeconds(5);
        private InstantSource clock = InstantSource.system();
        private SecureRandom random = new SecureRandom();

        private Builder(SessionEngine engine) {
            this.engine = engine;
        }

        /** Sets the keys that seal the cookies of logins that have begun: the engine's own ring will do. Required. */
        public Builder keys(KeyRing ring) {
            once("keys");
            keys = Objects.requireNonNull(ring, "ring");
            return this;
        }

        /**
         * Sets the application's origin as browsers see it, such as {@code https://app.example}. Required. Behind a proxy it
         * is the proxy's. HTTP is accepted for {@code localhost} alone.
         *
         * @throws IllegalArgumentException if it is not such an origin
         */
        public Builder origin(String ownOrigin) {
            once("origin");
            RequestGuard.builder().ownOrigin(ownOrigin);
            if (!Addresses.isSecure(URI.create(ownOrigin))) {
                throw new IllegalArgumentException("origin must begin with https://, or be of localhost");
            }
            origin = ownOrigin;
            return this;
        }

        /**
         * Sets the authorization server's issuer, exactly as its metadata names it: a slash at the end counts. Required. HTTP
         * is accepted for {@code localhost} alone.
         *
         * @throws IllegalArgumentException if it is not an address of HTTPS without query and fragment
         */
        public Builder issuer(String exactIssuer) {
            once("issuer");
            URI uri = URI.create(exactIssuer);
            if (!Addresses.isSecure(uri) || uri.getRawQuery() != null) {
                throw new IllegalArgumentException("issuer must begin with https:// and have no query and no fragment");
            }
            issuer = exactIssuer;
            return this;
        }

        /** Sets how the application proves who it is. Required. */
        public Builder client(ClientCredentials credentials) {
            once("client");
            client = Objects.requireNonNull(credentials, "credentials");
            return this;
        }

        /** Sets the scopes to ask for; {@code openid} and {@code profile} unless set. */
        public Builder scopes(String... names) {
            once("scopes");
            scopes = List.of(names);
            if (!scopes.contains("openid")) {
                throw new IllegalArgumentException("scopes must contain openid");
            }
            return this;
        }

        /** Sets the claims of the ID token that the page may see; {@code sub} and {@code name} unless set. */
        public Builder claims(String... claimNames) {
            once("claims");
            claims = List.of(claimNames);
            return this;
        }

        /** Sets the prefix of the handler's own endpoints; {@code /bff} unless set. */
        public Builder prefix(String path) {
            once("prefix");
            if (!PATH.matcher(path).matches() || path.endsWith("/") || path.contains("//")) {
                throw new IllegalArgumentException("prefix must be a path without a slash at the end, such as /bff");
            }
            prefix = path;
            return this;
        }

        /** Sets the path to which a logout returns; {@code /} unless set. Register it at the authorization server. */
        public Builder afterLogout(String path) {
            once("afterLogout");
            if (!PATH.matcher(path).matches() || path.contains("//")) {
                throw new IllegalArgumentException("afterLogout must be a path such as /bye");
            }
            afterLogout = path;
            return this;
        }

        /** Sets the header that each request must have with the value {@code 1}; {@code X-CSRF} unless set. */
        public Builder csrfHeader(String name) {
            once("csrfHeader");
            if (!TOKEN.matcher(name).matches()) {
                throw new IllegalArgumentException("csrfHeader must be letters, digits and hyphens");
            }
            csrfHeader = name;
            return this;
        }

        /**
         * Passes requests below a prefix on to an upstream. The address takes the prefix's place: after {@code
         * upstream("/api/", "https://orders.example/v1/")} a request for {@code /api/7} goes to {@code
         * https://orders.example/v1/7}. The longest prefix counts.
         *
         * @param pathPrefix a path that ends with a slash
         * @param base an address of HTTPS, or of this machine, that ends with a slash
         * @param methods the methods that are passed on, in capitals; all if there are none
         * @throws IllegalArgumentException if one is of another form
         */
        public Builder upstream(String pathPrefix, URI base, String... methods) {
            if (!Addresses.isSecure(base)) {
                throw new IllegalArgumentException(
                        "the upstream of " + pathPrefix
                                + " must be https, as the token goes there; use insecureUpstream(...) in a network that you trust");
            }
            return insecureUpstream(pathPrefix, base, methods);
        }

        /** Does what {@link #upstream} does, and accepts HTTP: a reader of that network gets the tokens. */
        public Builder insecureUpstream(String pathPrefix, URI base, String... methods) {
            if (!PATH.matcher(pathPrefix).matches() || !pathPrefix.endsWith("/") || pathPrefix.contains("//")) {
                throw new IllegalArgumentException(
                        "an upstream's prefix must be a path with a slash at the end, such as /api/");
            }
            if (!Addresses.isHttp(base)
                    || base.getRawQuery() != null
                    || !base.getRawPath().endsWith("/")) {
                throw new IllegalArgumentException(
                        "an upstream's address must be of http or https, without user, query and"
                                + " fragment, and end with a slash");
            }
            if (upstreams.stream().anyMatch(other -> other.prefix().equals(pathPrefix))) {
                throw new IllegalStateException("there is an upstream for " + pathPrefix + " already");
            }
            upstreams.add(new Upstream(pathPrefix, base, Set.of(methods)));
            return this;
        }

        /** Sets how many bytes a request's body may have; 10 MiB unless set. */
        public Builder maxBody(long bytes) {
            once("maxBody");
            if (bytes < 0) {
                throw new IllegalArgumentException("maxBody must not be negative: " + bytes);
            }
            maxBody = bytes;
            return this;
        }

        /**
         * Sets how long before its end an access token is refreshed; 45 seconds unless set. A token that lives less than
         * twice as long is refreshed after half of its life.
         */
        public Builder refreshBefore(Duration margin) {
            refreshBefore = positive("refreshBefore", margin);
            return this;
        }

        /**
         * Sets how long the authorization server may take for one answer; 10 seconds unless set.
         *
         * @param timeout at most 25 seconds: less than the engine's refresh lease, unless that was shortened
         */
        public Builder providerTimeout(Duration timeout) {
            providerTimeout = positive("providerTimeout", timeout);
            if (timeout.compareTo(LONGEST_PROVIDER_TIMEOUT) > 0) {
                throw new IllegalArgumentException("providerTimeout must be at most " + LONGEST_PROVIDER_TIMEOUT);
            }
            return this;
        }

        /**
         * Sets how long an upstream may take.
         *
         * @param connect to accept a connection; 5 seconds unless set
         * @param headers to begin its answer, after the last byte of the request; 30 seconds unless set
         * @param idle to send the next part of its answer; 5 minutes unless set
         */
        public Builder upstreamTimeouts(Duration connect, Duration headers, Duration idle) {
            connectTimeout = positive("upstreamTimeouts", connect);
            headersTimeout = checkPositive("upstreamTimeouts", headers);
            idleTimeout = checkPositive("upstreamTimeouts", idle);
            return this;
        }

        /** Sets the shortest time between two fetches of the authorization server's keys; 30 seconds unless set. */
        public Builder keyInterval(Duration interval) {
            keyInterval = positive("keyInterval", interval);
            return this;
        }

        /**
         * Sets how often the session of an open answer or WebSocket is looked up; 5 seconds unless set. They end at once when
         * this handler ends the session, and after this time at most when another does: another node, an expiry, or a call of
         * {@link SessionEngine#end}.
         */
        public Builder sessionCheck(Duration interval) {
            sessionCheck = positive("sessionCheck", interval);
            return this;
        }

        /** Sets the clock; the system clock unless set. The OAuth library's checks use the system clock always. */
        public Builder clock(InstantSource source) {
            once("clock");
            clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Returns a handler with these settings. It does not ask the authorization server yet.
         *
         * @throws IllegalStateException if a required setting is missing
         */
        public TokenHandler build() {
            String ownOrigin = required("origin", origin);
            KeyRing ring = required("keys", keys);
            upstreams.sort(Comparator.comparingInt(
                            (Upstream upstream) -> upstream.prefix().length())
                    .reversed());
            if (upstreams.stream().anyMatch(upstream -> (prefix + "/").startsWith(upstream.prefix()))) {
                throw new IllegalStateException("an upstream's prefix covers " + prefix + ": choose another");
            }
            Settings settings = new Settings(
                    engine,
                    ownOrigin,
                    prefix,
                    scopes,
                    claims,
                    afterLogout,
                    csrfHeader,
                    List.copyOf(upstreams),
                    maxBody,
                    headersTimeout,
                    idleTimeout,
                    clock);
            Provider provider = new Provider(
                    required("issuer", issuer),
                    required("client", client),
                    new ProviderHttp(httpClient(), providerTimeout),
                    clock,
                    keyInterval);
            return new TokenHandler(
                    settings,
                    provider,
                    CookieSealer.create(ring, clock, random),
                    httpClient(),
                    refreshBefore,
                    sessionCheck);
        }

        private HttpClient httpClient() {
            return HttpClient.newBuilder()
                    .connectTimeout(connectTimeout)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
        }

        private static <T> T required(String setting, @Nullable T value) {
            if (value == null) {
                throw new IllegalStateException(setting + "(...) is missing");
            }
            return value;
        }

        private Duration positive(String setting, Duration value) {
            once(setting);
            return checkPositive(setting, value);
        }

        private static Duration checkPositive(String setting, Duration value) {
            if (value.toMillis() <= 0) {
                throw new IllegalArgumentException(setting + " must be at least a millisecond: " + value);
            }
            return value;
        }

        private void once(String setting) {
            if (!given.add(setting)) {
                throw new IllegalStateException(setting + " was set before");
            }
        }
    }
}
