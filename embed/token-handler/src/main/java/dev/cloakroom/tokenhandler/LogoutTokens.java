package dev.cloakroom.tokenhandler;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.claims.LogoutTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.validators.LogoutTokenClaimsVerifier;
import com.nimbusds.openid.connect.sdk.validators.LogoutTokenValidator;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Validates logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6), and takes each once.
 *
 * <p>A token is taken for {@link #LIFE} at most, whatever it says, so that what must be remembered is bounded in time. It
 * is remembered on this node alone. On another node a replayed token ends no session that began after it was made, so it
 * has no effect there.
 */
final class LogoutTokens {

    static final Duration LIFE = Duration.ofMinutes(5);

    private static final int MOST_REMEMBERED = 100_000;

    private final Provider provider;
    private final InstantSource clock;
    private final Map<String, Long> seen = new LinkedHashMap<>();

    LogoutTokens(Provider provider, InstantSource clock) {
        this.provider = provider;
        this.clock = clock;
    }

    /**
     * What a valid token says.
     *
     * @param id names the token
     * @param subject null if it names a session of the authorization server's alone
     * @param sid null if all sessions of the subject are to end
     * @param issuedAt when it was made
     */
    record Order(
            String id, @Nullable String subject, @Nullable String sid, Instant issuedAt) {}

    Order validate(String text) {
        try {
            SignedJWT token = SignedJWT.parse(text);
            DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
            processor.setJWSKeySelector(provider.keySelector());
            // Without a type, too: the specification only recommends it. "events" tells it from an ID token.
            processor.setJWSTypeVerifier(
                    new DefaultJOSEObjectTypeVerifier<>(LogoutTokenValidator.TYPE, JOSEObjectType.JWT, null));
            LogoutTokenClaimsVerifier verifier =
                    new LogoutTokenClaimsVerifier(new Issuer(provider.issuer()), new ClientID(provider.clientId()));
            verifier.setMaxClockSkew(Provider.CLOCK_SKEW_SECONDS);
            processor.setJWTClaimsSetVerifier((set, context) -> verifier.verify(set, context));
            LogoutTokenClaimsSet claims = new LogoutTokenClaimsSet(processor.process(token, null));
            return order(claims);
        } catch (java.text.ParseException e) {
            throw bad("it is not a signed token");
        } catch (ParseException | BadJOSEException e) {
            throw bad(Provider.reason(e));
        } catch (JOSEException | IOException e) {
            throw bad("the keys to check it cannot be had");
        }
    }

    private Order order(LogoutTokenClaimsSet claims) {
        Date issuedAt = claims.getIssueTime();
        if (issuedAt == null || claims.getJWTID() == null) {
            throw bad("it lacks iat or jti");
        }
        Instant issued = issuedAt.toInstant();
        Instant now = clock.instant();
        Duration skew = Duration.ofSeconds(Provider.CLOCK_SKEW_SECONDS);
        if (issued.isAfter(now.plus(skew)) || issued.isBefore(now.minus(LIFE).minus(skew))) {
            throw bad("iat is in the future or more than " + LIFE.toMinutes() + " minutes ago");
        }
        if (!isFirst(claims.getJWTID().getValue(), now)) {
            throw new RefusedException(400, Refusal.REPLAYED_LOGOUT_TOKEN, "the logout token came before");
        }
        return new Order(
                claims.getJWTID().getValue(),
                claims.getSubject() == null ? null : claims.getSubject().getValue(),
                claims.getSessionID() == null ? null : claims.getSessionID().getValue(),
                issued);
    }

    private synchronized boolean isFirst(String id, Instant now) {
        long until =
                now.plus(LIFE).plusSeconds(2L * Provider.CLOCK_SKEW_SECONDS).toEpochMilli();
        seen.values().removeIf(end -> end <= now.toEpochMilli());
        if (seen.size() >= MOST_REMEMBERED) {
            throw bad("too many logouts at a time: send it again later");
        }
        return seen.putIfAbsent(id, until) == null;
    }

    /** Takes a token again that could not be carried out. */
    synchronized void forget(Order order) {
        seen.remove(order.id());
    }

    private static RefusedException bad(String why) {
        return new RefusedException(400, Refusal.BAD_LOGOUT_TOKEN, "the logout token is not valid: " + why);
    }
}
