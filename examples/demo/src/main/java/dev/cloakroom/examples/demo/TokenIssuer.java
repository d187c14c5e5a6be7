package dev.cloakroom.examples.demo;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands in for an identity provider: makes the tokens that the resource server accepts. They are good for half a
 * minute, so that a visitor of the demo gets to see a refresh.
 *
 * <p>Safe for use by any number of threads.
 */
final class TokenIssuer implements Tokens {

    static final String ISSUER = "cloakroom-demo";
    static final String AUDIENCE = "orders";
    static final Duration LIFETIME = Duration.ofSeconds(30);

    private final ECKey key;
    private final InstantSource clock;
    private final AtomicLong issued = new AtomicLong();
    private volatile Duration delay = Duration.ZERO;

    TokenIssuer(InstantSource clock) {
        this.clock = clock;
        try {
            this.key = new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("this JDK has no P-256", e);
        }
    }

    /** Sets how long it takes to issue a token from now on, such as an authorization server on a network takes. */
    void delay(Duration time) {
        delay = time;
    }

    @Override
    public AccessToken issue(String user) {
        pause();
        AccessToken token = issue(user, LIFETIME);
        issued.incrementAndGet();
        return token;
    }

    /** Returns a new token of another lifetime, which is not counted. */
    AccessToken issue(String user, Duration lifetime) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expiresAt = now.plus(lifetime);
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(user)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(expiresAt))
                .jwtID(UUID.randomUUID().toString())
                .build();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(JOSEObjectType.JWT)
                        .build(),
                claims);
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("the token could not be signed", e);
        }
        return new AccessToken(token.serialize(), expiresAt.toEpochMilli());
    }

    private void pause() {
        try {
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns what is needed to check a token, and no more. */
    ECKey publicKey() {
        return key.toPublicJWK();
    }

    /** Returns how many tokens were issued for sessions so far. */
    long issued() {
        return issued.get();
    }
}
