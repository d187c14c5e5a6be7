package dev.cloakroom;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.store.SessionKey;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An engine's operations. Each is a {@link Flow}, which a caller runs with or without blocking.
 *
 * <p>Thread-safe.
 */
final class Operations implements SessionOperations, AutoCloseable {

    private final EngineContext context;
    private final CsrfTokens csrfTokens;
    private final Touches touches;
    private final Lookups lookups;
    private final Commits commits;
    private final Logins logins;
    private final SingleFlight singleFlight;
    private final Background leases = new Background("cloakroom-leases");

    Operations(EngineContext context, CsrfTokens csrfTokens) {
        this.context = context;
        this.csrfTokens = csrfTokens;
        CookieDelivery delivery = new CookieDelivery(context.lifetimes());
        Changes changes = new Changes(context, delivery);
        this.touches = new Touches(context);
        this.lookups = new Lookups(this, context, changes, touches);
        this.commits = new Commits(context, changes, delivery);
        this.logins = new Logins(context, changes, lookups, delivery);
        this.singleFlight = new SingleFlight(context, changes, lookups, leases);
    }

    @Override
    public EngineContext context() {
        return context;
    }

    Lookup lookup(@Nullable String header, WorkingSession.Origin origin) {
        return lookups.lookup(header, origin);
    }

    Flow<Lookup> lookupFlow(@Nullable String header, WorkingSession.Origin origin) {
        return lookups.lookupFlow(header, origin);
    }

    /** Returns the session that was found, or a new one. */
    Session sessionOf(Lookup lookup, @Nullable String header) {
        if (lookup instanceof Lookup.Found found) {
            return found.session();
        }
        WorkingSession.Origin origin =
                LookupResults.isLate(lookup) ? WorkingSession.Origin.LATE_REQUEST : WorkingSession.Origin.NONE;
        return new Session(this, origin, header, context.now());
    }

    Flow<List<SetCookie>> commit(Session session) {
        return commits.commit(session);
    }

    Flow<@Nullable Void> commitWithoutCookies(Session session) {
        return commits.commitWithoutCookies(session);
    }

    @Override
    public Flow<@Nullable Void> login(WorkingSession session, String principal, Persistence persistence) {
        return logins.login(session, principal, persistence);
    }

    @Override
    public Flow<@Nullable Void> logout(WorkingSession session) {
        return logins.logout(session);
    }

    @Override
    public Flow<@Nullable Void> renewId(WorkingSession session) {
        return logins.renewId(session);
    }

    @Override
    public <T> Flow<T> refresh(
            WorkingSession session,
            Attribute<T> attribute,
            Predicate<? super T> isStale,
            Function<@Nullable T, Flow<T>> refresher) {
        return singleFlight.refresh(session, attribute, isStale, refresher);
    }

    Flow<List<SessionInfo>> sessionsOf(String principal) {
        return logins.sessionsOf(principal);
    }

    Flow<Integer> logoutEverywhere(String principal) {
        return logins.logoutEverywhere(principal);
    }

    Flow<@Nullable Session> find(SessionHandle handle) {
        return lookups.find(handle.key());
    }

    Flow<Boolean> end(SessionHandle handle) {
        return context.reload(handle.key())
                .then(record -> record == null ? Flow.done(false) : context.end(record, SessionEvent.Cause.ENDED));
    }

    /** Reads a session that does not exist. Returns the problem of the store, or null if it answered. */
    Flow<@Nullable String> probe() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        SessionKey unused = new SessionKey(random.nextLong(), random.nextLong());
        return Flow.load(unused)
                .<@Nullable String>then(record -> Flow.done(null))
                .onFailure(failure -> Flow.done(EngineHealth.describe(failure)));
    }

    @Override
    public String csrfToken(WorkingSession session) {
        return csrfTokens.make(session, context.now());
    }

    @Override
    public boolean isCsrfToken(WorkingSession session, String token) {
        return csrfTokens.check(session, token, context.now());
    }

    @Override
    public <T extends @Nullable Object> T await(Flow<T> flow) {
        return context.await(flow);
    }

    @Override
    public <T extends @Nullable Object> CompletionStage<T> start(Supplier<Flow<T>> flow) {
        return context.start(flow);
    }

    @Override
    public void close() {
        leases.close();
        touches.close();
    }
}
