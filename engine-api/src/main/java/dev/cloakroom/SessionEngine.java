package dev.cloakroom;

import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.EvictingSessionStore;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sessions behind signed cookies: a {@code Cookie} header goes in, {@code Set-Cookie} values come out.
 *
 * <pre>{@code
 * SessionEngine engine = SessionEngine.builder().keys(KeyRing.fromFile(path)).build();
 *
 * Session session = engine.open(request.header("Cookie"));
 * session.put(CART, "umbrella");
 * engine.commit(session).forEach(cookie -> response.addHeader("Set-Cookie", cookie));
 * }</pre>
 *
 * <p><b>What a browser gets</b> is a cookie with a random id and a signature over it. Everything put into a session
 * stays in the store. A request whose cookie was not signed by one of the engine's keys costs no store access, and
 * nothing that a client sends makes a method here throw.
 *
 * <p><b>Each request</b> calls {@link #open} or {@link #lookup} once, and {@link #commit} before it sends its response
 * headers. A lookup counts as an access of the session.
 *
 * <p><b>Errors.</b> {@link dev.cloakroom.store.StoreUnavailableException} means that the store cannot answer: the
 * request should be answered with 503. {@link dev.cloakroom.store.StoreFullException} means that there is no room for a
 * new session. Both come from any method that needs the store.
 *
 * <p>An engine is safe for use by any number of threads. One is enough for an application; {@link #close} it at the
 * end. Null is accepted only where it says so.
 */
public final class SessionEngine implements AutoCloseable {

    private final EngineContext context;
    private final Lookups lookups;
    private final Commits commits;
    private final Logins logins;
    private final SingleFlight singleFlight;
    private final CsrfTokens csrfTokens;
    private final Edits.Limits limits;
    private final @Nullable AsyncSessionStore asyncStore;
    private final @Nullable Sweeper sweeper;

    private SessionEngine(EngineContext context, CsrfTokens csrfTokens, @Nullable Duration sweepInterval) {
        this.context = context;
        this.csrfTokens = csrfTokens;
        Writer writer = new Writer(context);
        this.limits = new SizeLimits(
                context.settings().maximumAttributeSize(), context.settings().maximumSessionSize());
        this.lookups = new Lookups(this, context);
        this.commits = new Commits(context, writer);
        this.logins = new Logins(context, writer);
        this.singleFlight = new SingleFlight(context, writer);
        this.asyncStore = context.store() instanceof AsyncSessionStore async ? async : null;
        if (context.store() instanceof EvictingSessionStore evicting) {
            evicting.onEviction(record -> context.events().removed(record, SessionEvent.Cause.EVICTED));
        }
        this.sweeper = sweepInterval == null ? null : new Sweeper(context, sweepInterval);
    }

    /** Returns a builder with the default settings; only {@link Builder#keys} has none. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Tells what a {@code Cookie} header leads to. Of several headers, {@link dev.cloakroom.cookie.CookieHeader#join}
     * makes one.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public Lookup lookup(@Nullable String cookieHeader) {
        // An event that reaches no other method is never really allocated.
        return new LookupEvent().isEnabled() ? recordedLookup(cookieHeader) : countedLookup(cookieHeader);
    }

    private Lookup countedLookup(@Nullable String cookieHeader) {
        long sampleStart = Meter.startSample();
        Lookup result = lookups.lookup(cookieHeader);
        context.meter().count(result, sampleStart);
        return result;
    }

    private Lookup recordedLookup(@Nullable String cookieHeader) {
        LookupEvent event = new LookupEvent();
        event.begin();
        Lookup result = countedLookup(cookieHeader);
        event.end();
        if (event.shouldCommit()) {
            event.outcome = result.getClass().getSimpleName();
            event.commit();
        }
        return result;
    }

    /**
     * Returns the session that a {@code Cookie} header leads to, or a new anonymous one. As long as nothing is put into
     * it, a new session is not stored and sets no cookie.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public Session open(@Nullable String cookieHeader) {
        return sessionOf(lookup(cookieHeader));
    }

    /**
     * Stores what a request changed in a session and returns the {@code Set-Cookie} values that its response needs,
     * usually none. When another request has ended the session meanwhile, nothing is stored, and
     * {@link Session#isEnded} tells. A session may be changed and committed again.
     *
     * @throws IllegalArgumentException if the session, with what others have put into it meanwhile, is larger than the
     *     engine allows
     */
    public List<String> commit(Session session) {
        CommitEvent event = new CommitEvent();
        event.begin();
        long start = System.nanoTime();
        List<String> cookies = commits.commit(own(session));
        context.meter().commitLatency.record(System.nanoTime() - start);
        finish(event, cookies);
        return cookies;
    }

    /**
     * The form of {@link #lookup} that never blocks: with a store on this machine it is done when it returns, with a
     * clustered one the stage completes when the answer is there.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public CompletionStage<Lookup> lookupAsync(@Nullable String cookieHeader) {
        if (asyncStore == null) {
            return attempt(() -> lookup(cookieHeader));
        }
        long sampleStart = Meter.startSample();
        return lookups.lookupAsync(asyncStore, cookieHeader).thenApply(result -> {
            context.meter().count(result, sampleStart);
            return result;
        });
    }

    /**
     * The form of {@link #open} that never blocks.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public CompletionStage<Session> openAsync(@Nullable String cookieHeader) {
        return lookupAsync(cookieHeader).thenApply(this::sessionOf);
    }

    /** The form of {@link #commit} that never blocks. */
    public CompletionStage<List<String>> commitAsync(Session session) {
        if (asyncStore == null) {
            return attempt(() -> commit(session));
        }
        CommitEvent event = new CommitEvent();
        event.begin();
        long start = System.nanoTime();
        return commits.commitAsync(asyncStore, own(session)).thenApply(cookies -> {
            context.meter().commitLatency.record(System.nanoTime() - start);
            finish(event, cookies);
            return cookies;
        });
    }

    /**
     * Returns every live session of a principal, in the order of their logins. It includes each whose login returned
     * before this call, and none that had ended by then.
     */
    public List<SessionInfo> sessionsOf(String principal) {
        return logins.sessionsOf(principal);
    }

    /**
     * Ends a session for good.
     *
     * @return false if it was over already
     */
    public boolean end(SessionHandle handle) {
        SessionRecord record = context.reload(handle.key());
        AttributeTable attributes = record == null ? null : context.codec().attributes(record, context.now());
        String principal = attributes == null ? null : attributes.get(Reserved.PRINCIPAL);
        return context.end(handle.key(), principal, SessionEvent.Cause.ENDED);
    }

    /**
     * Ends all sessions of a principal for good: each whose login returned before this call.
     *
     * @return how many this call ended
     */
    public int logoutEverywhere(String principal) {
        return logins.logoutEverywhere(principal);
    }

    /** Returns what the engine has counted so far. */
    public EngineMetrics metrics() {
        return context.meter().snapshot(context.store().size());
    }

    /**
     * Has expired sessions removed from the store, looking at no more than {@code limit}. The engine does so by itself
     * in the background, unless it was built without.
     *
     * @return how many were removed
     */
    public int sweep(int limit) {
        return Sweeper.sweep(context, limit);
    }

    /** Stops the engine's background work and closes its store. Calling it again does nothing. */
    @Override
    public void close() {
        if (sweeper != null) {
            sweeper.close();
        }
        context.store().close();
    }

    EngineContext context() {
        return context;
    }

    CsrfTokens csrfTokens() {
        return csrfTokens;
    }

    void login(Session session, String principal, Persistence persistence) {
        logins.login(session, principal, persistence);
    }

    void logout(Session session) {
        logins.logout(session);
    }

    <T> T refresh(
            Session session, Attribute<T> attribute, Predicate<? super T> isStale, Function<@Nullable T, T> refresher) {
        return singleFlight.refresh(session, attribute, isStale, refresher);
    }

    AttributeTable attributesOf(SessionRecord record) {
        AttributeTable attributes = context.codec().attributes(record, context.now());
        return attributes == null ? AttributeTable.EMPTY : attributes;
    }

    void checkAttributeSize(Attribute<?> attribute, int size) {
        limits.checkAttribute(attribute.name(), size);
    }

    void checkSessionSize(AttributeTable attributes) {
        limits.checkSession(attributes.length());
    }

    Edits.Limits limits() {
        return limits;
    }

    /** Holds sessions to the sizes that the settings allow. */
    private record SizeLimits(int attribute, int session) implements Edits.Limits {

        @Override
        public void checkAttribute(String name, int length) {
            if (length > attribute) {
                throw new IllegalArgumentException("the attribute " + name + " would take " + length
                        + " bytes, more than the " + attribute + " allowed");
            }
        }

        @Override
        public void checkSession(long length) {
            if (length > session) {
                throw new IllegalArgumentException("the session's attributes would take " + length
                        + " bytes, more than the " + session + " allowed");
            }
        }
    }

    private Session sessionOf(Lookup lookup) {
        return lookup instanceof Lookup.Found found ? found.session() : new Session(this, context.now());
    }

    private Session own(Session session) {
        if (session.engine() != this) {
            throw new IllegalArgumentException("the session is another engine's");
        }
        return session;
    }

    private static void finish(CommitEvent event, List<String> cookies) {
        event.end();
        if (event.shouldCommit()) {
            event.cookies = cookies.size();
            event.commit();
        }
    }

    private static <T> CompletionStage<T> attempt(Supplier<T> call) {
        try {
            return CompletableFuture.completedFuture(call.get());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Settings of a {@link SessionEngine}. Each may be given once; {@link #build} checks that they fit together. Not
     * thread-safe.
     */
    public static final class Builder {

        private static final Duration SHORTEST_TOUCH_INTERVAL = Duration.ofMillis(10);
        private static final int TOUCHES_PER_IDLE_TIMEOUT = 60;

        private final Set<String> given = new HashSet<>();

        private @Nullable KeyRing keys;
        private @Nullable SessionStore store;
        private CookiePolicy cookie = CookiePolicy.strict();
        private Duration idleTimeout = Duration.ofMinutes(30);
        private Duration absoluteTimeout = Duration.ofHours(12);
        private @Nullable Duration persistentIdleTimeout;
        private @Nullable Duration persistentAbsoluteTimeout;
        private Duration renewalInterval = Duration.ofMinutes(15);
        private Duration renewalGrace = Duration.ofSeconds(30);
        private @Nullable Duration touchInterval;
        private Duration refreshLease = Duration.ofSeconds(30);
        private @Nullable Duration sweepInterval = Duration.ofSeconds(1);
        private int maximumAttributeSize = 64 * 1024;
        private int maximumSessionSize = 256 * 1024;
        private int maximumSessionsPerPrincipal;
        private @Nullable SessionLimit sessionLimit;
        private @Nullable Boolean sealing;
        private @Nullable SessionListener listener;
        private InstantSource clock = InstantSource.system();
        private @Nullable SecureRandom random;

        private Builder() {}

        /** Sets the keys that sign cookies and, through subkeys, seal sessions and hash principals. Required. */
        public Builder keys(KeyRing ring) {
            once("keys");
            keys = Objects.requireNonNull(ring, "ring");
            return this;
        }

        /** Sets where sessions live. The engine closes it. Without one: a {@link HeapSessionStore} of its own. */
        public Builder store(SessionStore sessionStore) {
            once("store");
            store = Objects.requireNonNull(sessionStore, "sessionStore");
            return this;
        }

        /** Sets the cookie's name and attributes. Without one: {@link CookiePolicy#strict()}. */
        public Builder cookie(CookiePolicy policy) {
            once("cookie");
            cookie = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** Sets how long a session lives after its last access; half an hour unless set. */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = positive("idleTimeout", timeout);
            return this;
        }

        /** Sets how long a session lives after its beginning, however much it is used; 12 hours unless set. */
        public Builder absoluteTimeout(Duration timeout) {
            absoluteTimeout = positive("absoluteTimeout", timeout);
            return this;
        }

        /** Sets the timeouts of {@link Persistence#PERSISTENT} sessions; the same as of the others unless set. */
        public Builder persistentTimeouts(Duration idle, Duration absolute) {
            persistentIdleTimeout = positive("persistentTimeouts", idle);
            persistentAbsoluteTimeout = checkPositive("persistentTimeouts", absolute);
            return this;
        }

        /** Sets how old a session's id gets before a commit renews it; 15 minutes unless set. */
        public Builder renewalInterval(Duration interval) {
            renewalInterval = positive("renewalInterval", interval);
            return this;
        }

        /** Sets how long the old id is good after a renewal, for requests in flight; 30 seconds unless set. */
        public Builder renewalGrace(Duration grace) {
            renewalGrace = positive("renewalGrace", grace);
            return this;
        }

        /**
         * Sets how far apart the accesses of a session are at least that are stored. A session may live this much longer
         * than its idle timeout, never shorter. A second unless set, or a sixtieth of a shorter idle timeout.
         */
        public Builder touchInterval(Duration interval) {
            touchInterval = positive("touchInterval", interval);
            return this;
        }

        /**
         * Sets how long a {@linkplain Session#refresh refresher} may take before another request may try as well; 30
         * seconds unless set.
         */
        public Builder refreshLease(Duration lease) {
            refreshLease = positive("refreshLease", lease);
            return this;
        }

        /** Sets how often expired sessions are swept in the background; every second unless set. */
        public Builder sweepInterval(Duration interval) {
            sweepInterval = positive("sweepInterval", interval);
            return this;
        }

        /** Has nothing swept in the background: the application calls {@link SessionEngine#sweep} itself. */
        public Builder withoutSweeping() {
            once("sweepInterval");
            sweepInterval = null;
            return this;
        }

        /** Sets how large one encoded attribute may be; 64 KiB unless set. */
        public Builder maximumAttributeSize(int bytes) {
            maximumAttributeSize = positive("maximumAttributeSize", bytes);
            return this;
        }

        /** Sets how large all attributes of a session together may be; 256 KiB unless set. */
        public Builder maximumSessionSize(int bytes) {
            maximumSessionSize = positive("maximumSessionSize", bytes);
            return this;
        }

        /** Sets how many sessions a principal may have, and what happens at the next login; no limit unless set. */
        public Builder maxSessionsPerPrincipal(int sessions, SessionLimit limit) {
            maximumSessionsPerPrincipal = positive("maxSessionsPerPrincipal", sessions);
            sessionLimit = Objects.requireNonNull(limit, "limit");
            return this;
        }

        /**
         * Sets whether sessions are encrypted and authenticated before the store gets them. Unless set they are exactly
         * when they {@linkplain SessionStore#leavesMemory() leave} this process's memory. While it is on, sessions that
         * were stored unsealed are not accepted.
         */
        public Builder sealing(boolean on) {
            once("sealing");
            sealing = on;
            return this;
        }

        /** Sets who is told what happens to sessions; nobody unless set. */
        public Builder listener(SessionListener sessionListener) {
            once("listener");
            listener = Objects.requireNonNull(sessionListener, "sessionListener");
            return this;
        }

        /** Sets what tells the time; the system clock unless set. */
        public Builder clock(InstantSource source) {
            once("clock");
            clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /** Sets where random bits come from; the platform's default {@link SecureRandom} unless set. */
        public Builder random(SecureRandom source) {
            once("random");
            random = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Returns an engine with these settings.
         *
         * @throws IllegalStateException if there are no keys, or none of them can sign
         * @throws IllegalArgumentException if settings contradict each other
         */
        public SessionEngine build() {
            KeyRing ring = keys;
            if (ring == null) {
                throw new IllegalStateException("keys(...) is missing; KeyRing.random() will do for a trial run");
            }
            if (!ring.at(clock.millis()).canSign()) {
                throw new IllegalStateException("none of the key ring's keys can sign");
            }
            EngineSettings settings = settings();
            SessionStore sessions = store == null ? HeapSessionStore.create() : store;
            SecureRandom secureRandom = random == null ? new SecureRandom() : random;
            boolean sealed = sealing == null ? sessions.leavesMemory() : sealing;
            SessionCodec codec = new SessionCodec(ring, sealed, secureRandom);
            Meter meter = new Meter();
            EngineContext context = new EngineContext(
                    sessions,
                    settings,
                    clock,
                    new SessionCookies(cookie, ring),
                    new SessionIds(ring, secureRandom),
                    codec,
                    new PrincipalKeys(ring),
                    meter,
                    new Events(listener, clock, meter, codec));
            return new SessionEngine(context, new CsrfTokens(ring, secureRandom), sweepInterval);
        }

        private EngineSettings settings() {
            notLonger("idleTimeout", idleTimeout, "absoluteTimeout", absoluteTimeout);
            notLonger("renewalGrace", renewalGrace, "renewalInterval", renewalInterval);
            Duration persistentIdle = persistentIdleTimeout == null ? idleTimeout : persistentIdleTimeout;
            Duration persistentAbsolute =
                    persistentAbsoluteTimeout == null ? absoluteTimeout : persistentAbsoluteTimeout;
            notLonger("persistent idle timeout", persistentIdle, "persistent absolute timeout", persistentAbsolute);
            if (maximumAttributeSize > maximumSessionSize) {
                throw new IllegalArgumentException("maximumAttributeSize " + maximumAttributeSize
                        + " is more than maximumSessionSize " + maximumSessionSize);
            }
            Duration touch = touchInterval == null ? defaultTouchInterval() : touchInterval;
            notLonger("touchInterval", touch, "idleTimeout", idleTimeout);
            return new EngineSettings(
                    new EngineSettings.Timeouts(idleTimeout.toMillis(), absoluteTimeout.toMillis()),
                    new EngineSettings.Timeouts(persistentIdle.toMillis(), persistentAbsolute.toMillis()),
                    renewalInterval.toMillis(),
                    renewalGrace.toMillis(),
                    touch.toMillis(),
                    refreshLease.toMillis(),
                    maximumAttributeSize,
                    maximumSessionSize,
                    maximumSessionsPerPrincipal,
                    sessionLimit);
        }

        private Duration defaultTouchInterval() {
            Duration share = idleTimeout.dividedBy(TOUCHES_PER_IDLE_TIMEOUT);
            Duration second = Duration.ofSeconds(1);
            Duration atMost = share.compareTo(second) < 0 ? share : second;
            return atMost.compareTo(SHORTEST_TOUCH_INTERVAL) < 0 ? SHORTEST_TOUCH_INTERVAL : atMost;
        }

        private static void notLonger(String shorterName, Duration shorter, String longerName, Duration longer) {
            if (shorter.compareTo(longer) > 0) {
                throw new IllegalArgumentException(
                        shorterName + " " + shorter + " is longer than " + longerName + " " + longer);
            }
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

        private int positive(String setting, int value) {
            once(setting);
            if (value <= 0) {
                throw new IllegalArgumentException(setting + " must be positive: " + value);
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
