package dev.cloakroom.tokenhandler;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.PushedAuthorizationRequest;
import com.nimbusds.oauth2.sdk.PushedAuthorizationResponse;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.InvalidHashException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The authorization server: its metadata, its keys, and what is asked of it. Safe for use by any number of threads.
 *
 * <p>No exception of the OAuth library leaves this class: their messages may quote what they could not read.
 */
final class Provider {

    /** How far its clock may be off, with the second that a token's whole seconds may hide. */
    static final int CLOCK_SKEW_SECONDS = 61;

    private static final System.Logger LOG = System.getLogger(Provider.class.getName());

    private static final Duration METADATA_LIFE = Duration.ofHours(1);
    private static final Duration KEYS_LIFE = Duration.ofMinutes(10);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private static final String SERVER_ERROR = "server_error";

    /** Never one that a public key or nothing verifies by mistake: no HMAC, no "none". */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private final String issuer;
    private final ClientCredentials client;
    private final ProviderHttp http;
    private final InstantSource clock;
    private final Duration keyInterval;

    private final ReentrantLock discovering = new ReentrantLock();
    private volatile @Nullable Known known;
    private volatile long retryAt;

    /** @param keyInterval the shortest time between two fetches of keys */
    Provider(String issuer, ClientCredentials client, ProviderHttp http, InstantSource clock, Duration keyInterval) {
        this.issuer = issuer;
        this.client = client;
        this.http = http;
        this.clock = clock;
        this.keyInterval = keyInterval;
    }

    /** What the server says of itself. */
    private record Known(OIDCProviderMetadata metadata, JWKSource<SecurityContext> keys, long until) {}

    /**
     * The authorization server refused a token request.
     */
    static final class RefusedByProvider extends Exception {

        private static final long serialVersionUID = 1;

        private final String code;

        RefusedByProvider(String code) {
            super("the authorization server answered " + code, null, false, false);
            this.code = code;
        }

        String code() {
            return code;
        }

        /** Returns whether the server failed (a status of 500 or more), so that it refused nothing. */
        boolean isFailure() {
            return code.equals(SERVER_ERROR);
        }

        boolean isInvalidGrant() {
            return code.equals("invalid_grant");
        }
    }

    /** An ID token that is not valid. */
    static final class BadToken extends Exception {

        private static final long serialVersionUID = 1;

        BadToken(String message) {
            super(message, null, false, false);
        }
    }

    /** What a token request gave: the claims are null if a refresh brought no new ID token. */
    record Granted(Tokens tokens, @Nullable IDTokenClaimsSet claims) {

        /** Returns no token. */
        @Override
        public String toString() {
            return "Granted[]";
        }
    }

    String issuer() {
        return issuer;
    }

    String clientId() {
        return client.clientId();
    }

    /**
     * Returns the server's metadata, at most an hour old; older if the server does not answer.
     *
     * @throws IOException if there is none
     */
    OIDCProviderMetadata metadata() throws IOException {
        return known().metadata();
    }

    private Known known() throws IOException {
        Known present = known;
        if (present != null && clock.millis() < present.until()) {
            return present;
        }
        if (present != null && !discovering.tryLock()) {
            // Another thread is at it.
            return present;
        }
        if (present == null) {
            discovering.lock();
        }
        try {
            return discovered();
        } finally {
            discovering.unlock();
        }
    }

    private Known discovered() throws IOException {
        Known present = known;
        long now = clock.millis();
        if (present != null && now < present.until()) {
            return present;
        }
        if (now < retryAt) {
            return orFail(present, new IOException("the authorization server failed a moment ago"));
        }
        try {
            Known discovered = discover(now, present);
            known = discovered;
            return discovered;
        } catch (IOException e) {
            retryAt = clock.millis() + PAUSE_AFTER_FAILURE.toMillis();
            LOG.log(System.Logger.Level.WARNING, "the metadata of {0} cannot be used: {1}", issuer, e.getMessage());
            return orFail(present, e);
        }
    }

    private static Known orFail(@Nullable Known present, IOException failure) throws IOException {
        if (present == null) {
            throw failure;
        }
        return present;
    }

    private Known discover(long now, @Nullable Known before) throws IOException {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        OIDCProviderMetadata metadata;
        try {
            metadata = OIDCProviderMetadata.parse(http.get(URI.create(base + "/.well-known/openid-configuration")));
        } catch (ParseException | RuntimeException e) {
            // The library does not foresee every type of a field.
            throw new IOException("it is not the metadata of an OpenID provider");
        }
        if (!issuer.equals(metadata.getIssuer().getValue())) {
            throw new IOException(
                    "it names another issuer, \"" + metadata.getIssuer().getValue()
                            + "\": configure exactly that one if it is right (a slash at the end counts)");
        }
        checkEndpoint("authorization_endpoint", metadata.getAuthorizationEndpointURI());
        checkEndpoint("token_endpoint", metadata.getTokenEndpointURI());
        checkEndpoint("jwks_uri", metadata.getJWKSetURI());
        checkOptional("pushed_authorization_request_endpoint", metadata.getPushedAuthorizationRequestEndpointURI());
        checkOptional("end_session_endpoint", metadata.getEndSessionEndpointURI());
        checkOptional("revocation_endpoint", metadata.getRevocationEndpointURI());
        URI keys = metadata.getJWKSetURI();
        return new Known(
                metadata,
                before != null && before.metadata().getJWKSetURI().equals(keys) ? before.keys() : keys(keys),
                now + METADATA_LIFE.toMillis());
    }

    private static void checkOptional(String name, @Nullable URI endpoint) throws IOException {
        if (endpoint != null) {
            checkEndpoint(name, endpoint);
        }
    }

    private static void checkEndpoint(String name, @Nullable URI endpoint) throws IOException {
        if (endpoint == null || !Addresses.isSecure(endpoint)) {
            throw new IOException("its " + name + " is missing or not https");
        }
    }

    private JWKSource<SecurityContext> keys(URI uri) throws IOException {
        try {
            return JWKSourceBuilder.<SecurityContext>create(uri.toURL(), http)
                    .cache(KEYS_LIFE.toMillis(), Duration.ofSeconds(15).toMillis())
                    .refreshAheadCache(false)
                    .rateLimited(keyInterval.toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw new IOException("its jwks_uri is malformed");
        }
    }

    /** Returns the algorithms that the server signs with, of those that are safe, and its keys. */
    JWSVerificationKeySelector<SecurityContext> keySelector() throws IOException {
        Known present = known();
        List<JWSAlgorithm> announced = present.metadata().getIDTokenJWSAlgs();
        Set<JWSAlgorithm> usable = announced == null
                ? Set.of(JWSAlgorithm.RS256)
                : announced.stream().filter(ALGORITHMS::contains).collect(Collectors.toSet());
        if (usable.isEmpty()) {
            throw new IOException("it announces no signature algorithm for ID tokens that can be used");
        }
        return new JWSVerificationKeySelector<>(usable, present.keys());
    }

    /** Pushes an authorization request (RFC 9126) and returns where it can be referred to. */
    URI push(AuthenticationRequest request, URI endpoint) throws IOException {
        try {
            HTTPResponse answer = http.send(
                    new PushedAuthorizationRequest(endpoint, client.authentication(issuer), request).toHTTPRequest());
            PushedAuthorizationResponse parsed = PushedAuthorizationResponse.parse(answer);
            if (parsed.indicatesSuccess()) {
                return parsed.toSuccessResponse().getRequestURI();
            }
            String code = errorCode(answer);
            complain(code);
            throw new IOException("the pushed authorization request was refused: " + code);
        } catch (ParseException e) {
            throw new IOException("the answer to a pushed authorization request cannot be read");
        }
    }

    Granted exchange(AuthorizationCode code, URI redirectUri, CodeVerifier verifier, Nonce nonce)
            throws IOException, RefusedByProvider, BadToken {
        Map<String, Object> answer = request(new AuthorizationCodeGrant(code, redirectUri, verifier));
        String idToken = text(answer, "id_token");
        if (idToken == null) {
            throw new BadToken("there is no ID token");
        }
        String accessToken = accessToken(answer);
        IDTokenClaimsSet claims = claims(idToken, nonce, accessToken);
        return new Granted(tokens(answer, accessToken, text(answer, "refresh_token"), idToken), claims);
    }

    /** @throws IOException an {@link ProviderHttp.UnreachableException} if the request was not sent */
    Granted refresh(Tokens before, String refreshToken) throws IOException, RefusedByProvider, BadToken {
        Map<String, Object> answer = request(new RefreshTokenGrant(new RefreshToken(refreshToken)));
        String idToken = text(answer, "id_token");
        String accessToken = accessToken(answer);
        IDTokenClaimsSet claims = idToken == null ? null : refreshedClaims(idToken, accessToken);
        String next = text(answer, "refresh_token");
        return new Granted(
                tokens(
                        answer,
                        accessToken,
                        next == null ? refreshToken : next,
                        claims == null || idToken == null ? before.idToken() : idToken),
                claims);
    }

    /** Returns null if the server's keys cannot be had: the new ID token is then left alone, and the others are kept. */
    private @Nullable IDTokenClaimsSet refreshedClaims(String idToken, String accessToken) throws BadToken {
        try {
            return claims(idToken, null, accessToken);
        } catch (IOException e) {
            return null;
        }
    }

    /** Asks the server to revoke a refresh token (RFC 7009), and waits for nothing. */
    void revoke(String refreshToken) {
        try {
            URI endpoint = metadata().getRevocationEndpointURI();
            if (endpoint != null) {
                http.start(new TokenRevocationRequest(
                                        endpoint, client.authentication(issuer), new RefreshToken(refreshToken))
                                .toHTTPRequest())
                        .whenComplete((answer, failure) -> {
                            if (failure != null || answer.statusCode() != 200) {
                                LOG.log(System.Logger.Level.DEBUG, "a refresh token could not be revoked");
                            }
                        });
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a refresh token could not be revoked: {0}", e.getMessage());
        }
    }

    private Map<String, Object> request(AuthorizationGrant grant) throws IOException, RefusedByProvider {
        HTTPResponse answer = http.send(new com.nimbusds.oauth2.sdk.TokenRequest(
                        metadata().getTokenEndpointURI(), client.authentication(issuer), grant, null)
                .toHTTPRequest());
        if (answer.getStatusCode() == 200) {
            return object(answer);
        }
        String code = answer.getStatusCode() >= 500 ? SERVER_ERROR : errorCode(answer);
        complain(code);
        throw new RefusedByProvider(code);
    }

    private static Map<String, Object> object(HTTPResponse answer) throws IOException {
        try {
            return Json.read(answer.getBody());
        } catch (IllegalArgumentException e) {
            throw new IOException("the authorization server's answer is not JSON");
        }
    }

    /** Returns the error of an answer, in the characters that RFC 6749 allows, or a text that says that there is none. */
    private static String errorCode(HTTPResponse answer) {
        try {
            String code = text(object(answer), "error");
            return code == null ? "status " + answer.getStatusCode() : ErrorCode.printable(code);
        } catch (IOException e) {
            return "status " + answer.getStatusCode();
        }
    }

    private void complain(String code) {
        String advice = switch (code) {
            case "invalid_client" -> "check the client's id, its secret or key, and which proof it is to send";
            case "unauthorized_client" -> "allow the client to use the authorization code grant and refresh tokens";
            case "invalid_scope" -> "check the scopes";
            case "invalid_request" -> "check the redirect URI, which must be registered exactly";
            default -> null;
        };
        if (advice != null) {
            LOG.log(System.Logger.Level.WARNING, "{0} answered {1}: {2}", issuer, code, advice);
        }
    }

    private static String accessToken(Map<String, Object> answer) throws IOException {
        String token = text(answer, "access_token");
        String type = text(answer, "token_type");
        if (token == null || !"bearer".equalsIgnoreCase(type)) {
            throw new IOException("the authorization server gave no bearer token");
        }
        return token;
    }

    private Tokens tokens(
            Map<String, Object> answer, String accessToken, @Nullable String refreshToken, String idToken) {
        long now = clock.millis();
        return new Tokens(
                accessToken,
                refreshToken,
                idToken,
                now,
                Tokens.end(now, seconds(answer.get("expires_in"))),
                Tokens.refreshEnd(
                        now,
                        Math.max(
                                seconds(answer.get("refresh_expires_in")),
                                seconds(answer.get("refresh_token_expires_in")))));
    }

    /** Returns a number of seconds. What is no number counts as none given. */
    private static long seconds(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        if (value instanceof String text && text.matches("[0-9]{1,18}")) {
            return Long.parseLong(text);
        }
        return 0;
    }

    private static @Nullable String text(Map<String, Object> object, String name) {
        return object.get(name) instanceof String text && !text.isEmpty() ? text : null;
    }

    private IDTokenClaimsSet claims(String idToken, @Nullable Nonce nonce, String accessToken)
            throws IOException, BadToken {
        try {
            JWT parsed = SignedJWT.parse(idToken);
            IDTokenValidator validator =
                    new IDTokenValidator(new Issuer(issuer), new ClientID(client.clientId()), keySelector(), null);
            validator.setMaxClockSkew(CLOCK_SKEW_SECONDS);
            IDTokenClaimsSet claims = validator.validate(parsed, nonce);
            if (claims.getAuthorizedParty() != null
                    && !claims.getAuthorizedParty().getValue().equals(client.clientId())) {
                throw new BadToken("the ID token is not valid: azp is another client");
            }
            if (claims.getAccessTokenHash() != null) {
                AccessTokenValidator.validate(
                        new com.nimbusds.oauth2.sdk.token.BearerAccessToken(accessToken),
                        (JWSAlgorithm) parsed.getHeader().getAlgorithm(),
                        claims.getAccessTokenHash());
            }
            return claims;
        } catch (java.text.ParseException e) {
            throw new BadToken("the ID token is not a signed token");
        } catch (BadJOSEException | InvalidHashException e) {
            throw new BadToken("the ID token is not valid: " + reason(e));
        } catch (JOSEException e) {
            throw new IOException("the authorization server's keys cannot be used");
        }
    }

    /** Returns the library's reason, which names claims and quotes values that are no secrets, cut and made printable. */
    static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? "unknown" : ErrorCode.printable(message);
    }
}
