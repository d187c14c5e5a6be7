package dev.cloakroom.tokenhandler;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.JWTAuthenticationClaimsSet;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.Audience;
import com.nimbusds.oauth2.sdk.id.ClientID;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Objects;
import java.util.function.Function;

/**
 * How the application proves to the authorization server that it is the client (RFC 6749, section 2.3). There is always a
 * proof: a token handler is a confidential client.
 *
 * <p>Immutable and thread-safe. It never shows the secret.
 */
public final class ClientCredentials {

    private final String clientId;
    private final Function<String, ClientAuthentication> authentication;

    private ClientCredentials(String clientId, Function<String, ClientAuthentication> authentication) {
        this.clientId = clientId;
        this.authentication = authentication;
    }

    /** Returns credentials that are sent in the {@code Authorization} header ({@code client_secret_basic}). */
    public static ClientCredentials secretBasic(String clientId, String secret) {
        checkFilled("secret", secret);
        return new ClientCredentials(
                checkFilled("clientId", clientId),
                issuer -> new ClientSecretBasic(new ClientID(clientId), new Secret(secret)));
    }

    /** Returns credentials that are sent in the body ({@code client_secret_post}). */
    public static ClientCredentials secretPost(String clientId, String secret) {
        checkFilled("secret", secret);
        return new ClientCredentials(
                checkFilled("clientId", clientId),
                issuer -> new ClientSecretPost(new ClientID(clientId), new Secret(secret)));
    }

    /**
     * Returns credentials that sign each request ({@code private_key_jwt}, RFC 7523). The assertion's audience is the
     * issuer. An RSA key signs with RS256; a key on P-256, P-384 or P-521 with ES256, ES384 or ES512.
     *
     * @param keyId the key's id at the authorization server
     * @throws IllegalArgumentException if the key is of another kind
     */
    public static ClientCredentials privateKeyJwt(String clientId, PrivateKey key, String keyId) {
        JWSAlgorithm algorithm = algorithm(Objects.requireNonNull(key, "key"));
        checkFilled("keyId", keyId);
        return new ClientCredentials(
                checkFilled("clientId", clientId), issuer -> signed(clientId, issuer, algorithm, key, keyId));
    }

    private static ClientAuthentication signed(
            String clientId, String issuer, JWSAlgorithm algorithm, PrivateKey key, String keyId) {
        try {
            return new PrivateKeyJWT(
                    new JWTAuthenticationClaimsSet(new ClientID(clientId), new Audience(issuer)),
                    algorithm,
                    key,
                    keyId,
                    null);
        } catch (JOSEException e) {
            throw new IllegalStateException("the client's private key cannot sign: use an RSA or EC key", e);
        }
    }

    private static JWSAlgorithm algorithm(PrivateKey key) {
        if (key instanceof RSAPrivateKey) {
            return JWSAlgorithm.RS256;
        }
        if (key instanceof ECPrivateKey ec) {
            return switch (ec.getParams().getOrder().bitLength()) {
                case 256 -> JWSAlgorithm.ES256;
                case 384 -> JWSAlgorithm.ES384;
                case 521 -> JWSAlgorithm.ES512;
                default -> throw new IllegalArgumentException("use an EC key on P-256, P-384 or P-521");
            };
        }
        throw new IllegalArgumentException("use an RSA or EC key, not one of " + key.getAlgorithm());
    }

    private static String checkFilled(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " is empty");
        }
        return value;
    }

    String clientId() {
        return clientId;
    }

    /** Returns the proof for one request. */
    ClientAuthentication authentication(String issuer) {
        return authentication.apply(issuer);
    }

    /** Returns the client's id. */
    @Override
    public String toString() {
        return "ClientCredentials[" + clientId + "]";
    }
}
