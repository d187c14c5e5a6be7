package dev.cloakroom.tokenhandler;

import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEndedException;
import dev.cloakroom.SessionHandle;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tokens of sessions fresh: one token request per session in the whole cluster, however many requests need it.
 *
 * <p>A refresh token may be good for one use, and a second use revokes all of its family (RFC 9700, section 4.14.2). So a
 * session whose refresh token may have been used up ends: after {@code invalid_grant}, and when an answer is lost. It ends
 * before the other requests of the session go on, so that none of them tries again.
 */
final class Refresher {

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

    private final OpenConnections connections;
    private final Provider provider;
    private final Principals principals;
    private final InstantSource clock;
    private final Duration margin;
    private final Meters meters;

    private volatile long failedUntil;

    Refresher(
            OpenConnections connections,
            Provider provider,
            Principals principals,
            InstantSource clock,
            Duration margin,
            Meters meters) {
        this.connections = connections;
        this.provider = provider;
        this.principals = principals;
        this.clock = clock;
        this.margin = margin;
        this.meters = meters;
    }

    /** Tokens that cannot be refreshed, shared by the requests that wait for them. */
    private static final class FailedException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final boolean isFinal;

        FailedException(boolean isFinal) {
            super(
                    isFinal ? "the refresh token is of no use any more" : "the authorization server failed",
                    null,
                    true,
                    false);
            this.isFinal = isFinal;
        }
    }

    /**
     * Returns tokens that can be used.
     *
     * @throws RefusedException with 401 if the session is over, and 503 if the authorization server fails
     */
    Tokens usable(Session session) {
        return refreshed(session, this::isDue);
    }

    /** Returns other tokens than those that an upstream refused, or the same if there are no others to be had. */
    Tokens replaced(Session session, Tokens refused) {
        if (refused.refreshToken() == null) {
            return refused;
        }
        return refreshed(session, tokens -> tokens.accessToken().equals(refused.accessToken()) || isDue(tokens));
    }

    private boolean isDue(Tokens tokens) {
        long now = clock.millis();
        if (tokens.isOver(now) || tokens.isExpired(now)) {
            return true;
        }
        return tokens.refreshToken() != null && tokens.isDue(now, margin) && now >= failedUntil;
    }

    private Tokens refreshed(Session session, Predicate<Tokens> isStale) {
        AtomicReference<@Nullable Tokens> obtained = new AtomicReference<>();
        SessionHandle handle = session.handle();
        String principal = session.principal();
        if (principal == null || session.get(Tokens.ATTRIBUTE) == null) {
            throw RefusedException.loginRequired();
        }
        try {
            return session.refresh(Tokens.ATTRIBUTE, isStale, present -> refresh(handle, principal, present, obtained));
        } catch (SessionEndedException e) {
            Tokens lost = obtained.get();
            if (lost != null && lost.refreshToken() != null) {
                // A logout during the refresh stays a logout, for the new tokens too.
                provider.revoke(lost.refreshToken());
            }
            throw RefusedException.loginRequired();
        } catch (FailedException e) {
            if (e.isFinal) {
                throw RefusedException.loginRequired();
            }
            throw new RefusedException(
                    503, Refusal.PROVIDER_UNAVAILABLE, "the authorization server cannot be reached: try again later");
        }
    }

    private Tokens refresh(
            SessionHandle handle,
            String principal,
            @Nullable Tokens present,
            AtomicReference<@Nullable Tokens> obtained) {
        String refreshToken = present == null ? null : present.refreshToken();
        if (present == null || refreshToken == null || present.isOver(clock.millis())) {
            throw end(handle);
        }
        if (!isProviderKnown()) {
            return failed(present);
        }
        try {
            Provider.Granted granted = request(present, refreshToken);
            IDTokenClaimsSet claims = granted.claims();
            if (claims != null && !principals.of(claims.getSubject().getValue()).equals(principal)) {
                throw end(handle);
            }
            obtained.set(granted.tokens());
            meters.refreshes.increment();
            return granted.tokens();
        } catch (ProviderHttp.UnreachableException e) {
            return failed(present);
        } catch (Provider.RefusedByProvider e) {
            if (e.isInvalidGrant()) {
                throw end(handle);
            }
            return failed(present);
        } catch (IOException | Provider.BadToken e) {
            // The refresh token may have been used.
            throw end(handle);
        }
    }

    /** Sends the request once more if the connection broke: it may have been closed before the server read anything. */
    private Provider.Granted request(Tokens present, String refreshToken)
            throws IOException, Provider.RefusedByProvider, Provider.BadToken {
        try {
            return provider.refresh(present, refreshToken);
        } catch (ProviderHttp.BrokenException e) {
            return provider.refresh(present, refreshToken);
        }
    }

    private boolean isProviderKnown() {
        try {
            provider.metadata();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private FailedException end(SessionHandle handle) {
        meters.failedRefreshes.increment();
        connections.endSession(handle);
        return new FailedException(true);
    }

    /** Goes on with tokens that are still good. */
    private Tokens failed(Tokens present) {
        meters.failedRefreshes.increment();
        long now = clock.millis();
        if (present.isExpired(now)) {
            throw new FailedException(false);
        }
        failedUntil = now + PAUSE_AFTER_FAILURE.toMillis();
        return present;
    }
}
