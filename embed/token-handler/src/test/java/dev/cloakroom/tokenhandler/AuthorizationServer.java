package dev.cloakroom.tokenhandler;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID provider made by hand. It is strict: each code is good for one use and bound to its challenge and redirect URI,
 * refresh tokens rotate, and a second use of one revokes its family. Fields make it hostile or lame.
 */
final class AuthorizationServer implements AutoCloseable {

    static final String CLIENT_ID = "shop";
    static final String SECRET = "a secret of the client";
    static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private static final RSAKey KEY = key("k1");

    final HttpServer server = Http.server();
    final String issuer;

    final AtomicInteger tokenRequests = new AtomicInteger();
    final AtomicInteger refreshes = new AtomicInteger();
    final AtomicInteger keyFetches = new AtomicInteger();
    final AtomicInteger pushed = new AtomicInteger();

    /** What was given to somebody and must be seen nowhere else. */
    final Set<String> secrets = ConcurrentHashMap.newKeySet();

    final Queue<Map<String, String>> authorizationRequests = new ConcurrentLinkedQueue<>();
    final Queue<Map<String, String>> tokenForms = new ConcurrentLinkedQueue<>();
    final Queue<String> revoked = new ConcurrentLinkedQueue<>();
    final Queue<Map<String, String>> logoutForms = new ConcurrentLinkedQueue<>();

    // How it behaves

    volatile Consumer<Map<String, Object>> metadata = fields -> {};
    volatile Consumer<JWTClaimsSet.Builder> idTokenClaims = claims -> {};
    volatile UnaryOperator<String> idToken = token -> token;
    volatile Consumer<Map<String, Object>> tokenResponse = fields -> {};
    volatile Duration clockOffset = Duration.ZERO;
    volatile boolean pushes;
    volatile boolean sendsIssuer = true;
    volatile String subject = "ada";
    volatile String sid = "sid-1";
    volatile long expiresIn = 300;
    volatile @Nullable PrivateKeyClient privateKeyClient;

    /** The one redirect URI that a pushed request may have; any if null. */
    volatile @Nullable String registeredRedirectUri;

    /** Runs when a refresh is asked for, before anything is done; if it throws, no answer is sent. */
    volatile Interruption beforeRefresh = () -> {};

    /** Runs when a refresh has been carried out, before it is answered; if it throws, no answer is sent. */
    volatile Interruption beforeRefreshAnswer = () -> {};

    volatile int codeStatus = 200;
    volatile int refreshStatus = 200;

    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> pushedRequests = new ConcurrentHashMap<>();
    private final Map<String, String> families = new ConcurrentHashMap<>();
    private final Map<String, String> accessTokens = new ConcurrentHashMap<>();
    private final Set<String> usedUp = ConcurrentHashMap.newKeySet();
    private final Set<String> revokedFamilies = ConcurrentHashMap.newKeySet();

    /** Something that may fail. */
    interface Interruption {
        void run() throws IOException;
    }

    /** The public key of a client that signs. */
    record PrivateKeyClient(RSAKey key) {}

    AuthorizationServer() {
        this("localhost");
    }

    /** @param host {@code 127.0.0.1} for a server of another site than that of the application */
    AuthorizationServer(String host) {
        issuer = Http.origin(server, host);
        on("/.well-known/openid-configuration", this::metadata);
        on("/jwks", this::jwks);
        on("/authorize", this::authorize);
        on("/token", this::token);
        on("/par", this::push);
        on("/revoke", this::revoke);
        on("/logout", this::logout);
    }

    private void on(String path, Endpoint endpoint) {
        server.createContext(path, exchange -> {
            try {
                endpoint.handle(exchange);
            } catch (RuntimeException | ParseException | JOSEException e) {
                throw new IOException("the authorization server of the tests failed", e);
            } finally {
                exchange.close();
            }
        });
    }

    private interface Endpoint {
        void handle(HttpExchange exchange) throws IOException, ParseException, JOSEException;
    }

    static RSAKey key(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    // Endpoints

    private void metadata(HttpExchange exchange) throws IOException {
        Map<String, Object> fields = new HashMap<>();
        fields.put("issuer", issuer);
        fields.put("authorization_endpoint", issuer + "/authorize");
        fields.put("token_endpoint", issuer + "/token");
        fields.put("jwks_uri", issuer + "/jwks");
        fields.put("end_session_endpoint", issuer + "/logout");
        fields.put("revocation_endpoint", issuer + "/revoke");
        fields.put("subject_types_supported", List.of("public"));
        fields.put("response_types_supported", List.of("code"));
        fields.put("id_token_signing_alg_values_supported", List.of("RS256"));
        fields.put("authorization_response_iss_parameter_supported", true);
        if (pushes) {
            fields.put("pushed_authorization_request_endpoint", issuer + "/par");
        }
        metadata.accept(fields);
        Http.answer(exchange, 200, "application/json", Json.write(fields));
    }

    private void jwks(HttpExchange exchange) throws IOException {
        keyFetches.incrementAndGet();
        Http.answer(
                exchange,
                200,
                "application/json",
                Json.write(Map.of("keys", List.of(KEY.toPublicJWK().toJSONObject()))));
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> query = single(exchange.getRequestURI().getRawQuery());
        String requestUri = query.get("request_uri");
        Map<String, String> request = requestUri == null ? query : pushedRequests.remove(requestUri);
        authorizationRequests.add(query);
        String code = code(request);
        String location = request.get("redirect_uri") + "?code=" + code + "&state=" + Http.encoded(request.get("state"))
                + (sendsIssuer ? "&iss=" + Http.encoded(issuer) : "");
        Http.redirect(exchange, location);
    }

    /** Makes a code for a request, as after a login of the user. */
    String code(Map<String, String> request) {
        String code = secret("code");
        codes.put(code, request);
        return code;
    }

    private void push(HttpExchange exchange) throws IOException, ParseException, JOSEException {
        Map<String, String> form = form(exchange);
        if (!isClient(exchange, form)) {
            error(exchange, 401, "invalid_client");
            return;
        }
        String registered = registeredRedirectUri;
        if (registered != null && !registered.equals(form.get("redirect_uri"))) {
            error(exchange, 400, "invalid_request");
            return;
        }
        pushed.incrementAndGet();
        String uri = "urn:ietf:params:oauth:request_uri:" + UUID.randomUUID();
        pushedRequests.put(uri, form);
        Http.answer(exchange, 201, "application/json", Json.write(Map.of("request_uri", uri, "expires_in", 60)));
    }

    private void token(HttpExchange exchange) throws IOException, ParseException, JOSEException {
        Map<String, String> form = form(exchange);
        tokenRequests.incrementAndGet();
        tokenForms.add(form);
        if (!isClient(exchange, form)) {
            error(exchange, 401, "invalid_client");
        } else if ("authorization_code".equals(form.get("grant_type"))) {
            Map<String, String> request = codes.remove(form.getOrDefault("code", ""));
            if (codeStatus != 200) {
                error(exchange, codeStatus, "server_error");
            } else if (request == null || !matches(request, form)) {
                error(exchange, 400, "invalid_grant");
            } else {
                grant(exchange, UUID.randomUUID().toString(), request.get("nonce"));
            }
        } else {
            refresh(exchange, form);
        }
    }

    private void refresh(HttpExchange exchange, Map<String, String> form)
            throws IOException, ParseException, JOSEException {
        refreshes.incrementAndGet();
        beforeRefresh.run();
        if (refreshStatus != 200) {
            error(exchange, refreshStatus, "temporarily_unavailable");
            return;
        }
        String token = form.getOrDefault("refresh_token", "");
        String family = families.get(token);
        if (family != null && !usedUp.add(token)) {
            // A second use: somebody else has the token (RFC 9700, section 4.14.2).
            revokedFamilies.add(family);
        }
        if (family == null || revokedFamilies.contains(family)) {
            error(exchange, 400, "invalid_grant");
            return;
        }
        grant(exchange, family, null, beforeRefreshAnswer);
    }

    private void grant(HttpExchange exchange, String family, @Nullable String nonce) throws IOException, JOSEException {
        grant(exchange, family, nonce, () -> {});
    }

    private void grant(HttpExchange exchange, String family, @Nullable String nonce, Interruption before)
            throws IOException, JOSEException {
        String accessToken = secret("access");
        String refreshToken = secret("refresh");
        accessTokens.put(accessToken, family);
        families.put(refreshToken, family);
        String signed = idToken(nonce);
        String sent = idToken.apply(signed);
        secrets.add(sent);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("access_token", accessToken);
        fields.put("token_type", "Bearer");
        fields.put("expires_in", expiresIn);
        fields.put("refresh_token", refreshToken);
        fields.put("id_token", sent);
        tokenResponse.accept(fields);
        before.run();
        Http.answer(exchange, 200, "application/json", Json.write(fields));
    }

    private void revoke(HttpExchange exchange) throws IOException, ParseException, JOSEException {
        Map<String, String> form = form(exchange);
        if (isClient(exchange, form)) {
            String token = form.getOrDefault("token", "");
            revoked.add(token);
            String family = families.get(token);
            if (family != null) {
                revokedFamilies.add(family);
            }
        }
        Http.answer(exchange, 200, "text/plain", "");
    }

    private void logout(HttpExchange exchange) throws IOException {
        Map<String, String> form = form(exchange);
        logoutForms.add(form);
        Http.redirect(exchange, form.getOrDefault("post_logout_redirect_uri", issuer));
    }

    // Rules

    private boolean isClient(HttpExchange exchange, Map<String, String> form) throws ParseException, JOSEException {
        PrivateKeyClient signing = privateKeyClient;
        if (signing != null) {
            SignedJWT assertion = SignedJWT.parse(form.getOrDefault("client_assertion", ""));
            return assertion.verify(new RSASSAVerifier(signing.key().toRSAPublicKey()))
                    && assertion.getJWTClaimsSet().getAudience().equals(List.of(issuer))
                    && assertion.getJWTClaimsSet().getSubject().equals(CLIENT_ID);
        }
        return basic(CLIENT_ID, SECRET).equals(exchange.getRequestHeaders().getFirst("Authorization"))
                || (CLIENT_ID.equals(form.get("client_id")) && SECRET.equals(form.get("client_secret")));
    }

    /** Returns a client's proof in a header (RFC 6749, section 2.3.1). */
    static String basic(String clientId, String secret) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString((clientId + ":" + Http.encoded(secret)).getBytes(StandardCharsets.UTF_8));
    }

    private boolean matches(Map<String, String> request, Map<String, String> form) {
        String verifier = form.getOrDefault("code_verifier", "");
        secrets.add(verifier);
        return "S256".equals(request.get("code_challenge_method"))
                && challenge(verifier).equals(request.get("code_challenge"))
                && String.valueOf(request.get("redirect_uri")).equals(form.get("redirect_uri"));
    }

    static String challenge(String verifier) {
        try {
            return BASE64.encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns whether an API accepts an access token. */
    boolean accepts(@Nullable String token) {
        String family = token == null ? null : accessTokens.get(token);
        return family != null && !revokedFamilies.contains(family);
    }

    /** Makes an access token worthless, as a revocation before its end does. */
    void revokeAccessTokens() {
        accessTokens.clear();
    }

    // Tokens

    private String idToken(@Nullable String nonce) throws JOSEException {
        JWTClaimsSet.Builder claims =
                claims().subject(subject).claim("name", "Ada <Lovelace>").claim("sid", sid);
        if (nonce != null) {
            claims.claim("nonce", nonce);
        }
        idTokenClaims.accept(claims);
        return sign(claims.build(), JOSEObjectType.JWT);
    }

    private JWTClaimsSet.Builder claims() {
        Instant now = Instant.now().plus(clockOffset);
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(CLIENT_ID)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)));
    }

    /** Returns the claims of a good logout token. */
    JWTClaimsSet.Builder logoutClaims() {
        return claims().expirationTime(Date.from(Instant.now().plus(clockOffset).plusSeconds(120)))
                .subject(subject)
                .jwtID(UUID.randomUUID().toString())
                .claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
    }

    /** Returns a good logout token for all sessions of the subject. */
    String logoutToken() {
        return sign(logoutClaims().build(), JOSEObjectType.JWT);
    }

    static String sign(JWTClaimsSet claims, JOSEObjectType type) {
        return sign(claims, type, KEY);
    }

    static String sign(JWTClaimsSet claims, JOSEObjectType type, RSAKey key) {
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .type(type)
                            .build(),
                    claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a token without a signature that says what another says. */
    static String unsigned(String token) {
        try {
            return new PlainJWT(SignedJWT.parse(token).getJWTClaimsSet()).serialize();
        } catch (ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a token that is signed with the public key as if it were a shared secret. */
    static String signedWithPublicKey(String token) {
        try {
            SignedJWT forged = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .keyID(KEY.getKeyID())
                            .build(),
                    SignedJWT.parse(token).getJWTClaimsSet());
            forged.sign(new MACSigner(KEY.toRSAPublicKey().getEncoded()));
            return forged.serialize();
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private String secret(String kind) {
        String secret = kind + "-" + UUID.randomUUID();
        secrets.add(secret);
        return secret;
    }

    // HTTP

    private static void error(HttpExchange exchange, int status, String code) throws IOException {
        Http.answer(exchange, status, "application/json", Json.write(Map.of("error", code)));
    }

    private static Map<String, String> form(HttpExchange exchange) throws IOException {
        return single(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    static Map<String, String> single(@Nullable String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        Parameters.of(text).forEach((name, values) -> parameters.put(name, values.get(0)));
        return parameters;
    }

    @Override
    public void close() {
        Http.stop(server);
    }
}
