package dev.cloakroom;

import dev.cloakroom.cookie.CookieHeader;
import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.internal.crypto.SystemRandom;
import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.internal.id.SessionIds;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRingStatus;
import dev.cloakroom.store.EvictingSessionStore;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Manages sessions that signed cookies identify. Takes {@code Cookie} headers and returns {@code Set-Cookie} values.
 *
 * <pre>{@code
 * SessionEngine engine = SessionEngine.builder().keys(KeyRing.fromFile(path)).build();
 *
 * Session session = engine.open(request.headers("Cookie"));
 * session.put(CART, "umbrella");
 * engine.commit(session).forEach(cookie -> response.addHeader("Set-Cookie", cookie));
 * }</pre>
 *
 * <p><b>Cookie.</b> The cookie holds a random id and a signature over it. Attributes stay in the store. A request whose
 * cookie was not signed by one of the engine's keys costs no store access. Nothing that a client sends makes a method
 * of this class throw.
 *
 * <p><b>Requests.</b> Each request calls {@link #open} or {@link #lookup} once, and {@link #commit} before it sends its
 * response headers. A lookup is an access of the session; {@link #peek} is not.
 *
 * <p><b>Headers.</b> Pass the header as one string, or as the list of all {@code Cookie} fields. HTTP/2 and HTTP/3 may
 * split the header into several fields (RFC 9113, section 8.2.3), so pass the list if the server has one.
 *
 * <p><b>Asynchronous methods</b> do the same without blocking. With a local store the returned stage is complete. With
 * a clustered store it completes when the cluster has answered. Failures always arrive through the stage.
 *
 * <p><b>Errors.</b> Each method that needs the store throws
 * {@link dev.cloakroom.store.StoreUnavailableException} if the store cannot answer; answer the request with 503. A
 * method that stores a session throws {@link dev.cloakroom.store.StoreFullException} if the store has no room.
 *
 * <p>Thread-safe. An application needs one engine, and {@linkplain #close closes} it when it stops. Parameters are not
 * nullable unless annotated.
 */
public final class SessionEngine implements AutoCloseable {

    private final EngineContext context;
    private final KeyRing keys;
    private final Operations operations;
    private final Sweeper sweeper;
    private final Background sweeping = new Background("cloakroom-sweeper");

    private SessionEngine(
            EngineContext context, KeyRing keys, CsrfTokens csrfTokens, @Nullable Duration sweepInterval) {
        this.context = context;
        this.keys = keys;
        this.operations = new Operations(context, csrfTokens);
        if (context.store() instanceof EvictingSessionStore evicting) {
            evicting.onEviction(record -> context.events().removed(record, SessionEvent.Cause.EVICTED));
        }
        this.sweeper = new Sweeper(context);
        if (sweepInterval != null) {
            sweeper.runEvery(sweepInterval, sweeping);
        }
    }

    /** Returns a builder with the default settings. Only {@link Builder#keys} has no default. */
    public static Builder builder() {
        return new Builder();
    }

    // One request

    /**
     * Looks up the session of a {@code Cookie} header. This is an access of the session.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public Lookup lookup(@Nullable String cookieHeader) {
        return lookup(cookieHeader, WorkingSession.Origin.COOKIE);
    }

    /**
     * Looks up the session of all {@code Cookie} fields of a request. This is an access of the session.
     *
     * @param cookieHeaders the values of the fields; null or empty if the request has none
     */
    public Lookup lookup(@Nullable Collection<String> cookieHeaders) {
        return lookup(CookieHeader.join(cookieHeaders));
    }

    /**
     * Does what {@link #lookup(String)} does, but is not an access: the idle timeout does not start again. Use it for
     * requests that a page makes without its user, such as polling.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public Lookup peek(@Nullable String cookieHeader) {
        return lookup(cookieHeader, WorkingSession.Origin.PEEK);
    }

    /**
     * Does what {@link #lookup(Collection)} does, but is not an access.
     *
     * @param cookieHeaders the values of the fields; null or empty if the request has none
     */
    public Lookup peek(@Nullable Collection<String> cookieHeaders) {
        return peek(CookieHeader.join(cookieHeaders));
    }

    /**
     * Returns the session of a {@code Cookie} header, or a new anonymous one. A new session is stored, and gets a
     * cookie, only if something is put into it or {@link Session#keep} is called.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public Session open(@Nullable String cookieHeader) {
        return operations.sessionOf(lookup(cookieHeader), cookieHeader);
    }

    /**
     * Returns the session of all {@code Cookie} fields of a request, or a new anonymous one.
     *
     * @param cookieHeaders the values of the fields; null or empty if the request has none
     */
    public Session open(@Nullable Collection<String> cookieHeaders) {
        return open(CookieHeader.join(cookieHeaders));
    }

    /**
     * Stores the request's changes of a session and returns the {@code Set-Cookie} values that the response needs,
     * usually none. If another request has ended the session, nothing is stored and {@link Session#isEnded} is true.
     * The session can be changed and committed again.
     *
     * @throws SizeLimitException if the session, with the concurrent changes of other requests, is larger than the
     *     engine allows
     * @throws IllegalArgumentException if another engine opened the session
     */
    public List<String> commit(Session session) {
        return headers(commitForCookies(session));
    }

    /** Does what {@link #commit} does, and returns cookies with separate name, value and attributes. */
    public List<SetCookie> commitForCookies(Session session) {
        Recording recording = new Recording();
        return recording.end(operations.await(operations.commit(own(session))));
    }

    /**
     * Stores the request's changes of a session when no cookie can be sent: the response headers were sent, or the
     * request is a message on a WebSocket. The id is not renewed, a new session is not stored, and a pending cookie of
     * a login or logout is dropped.
     *
     * @throws SizeLimitException as {@link #commit}
     * @throws IllegalArgumentException if another engine opened the session
     */
    public void commitWithoutCookies(Session session) {
        operations.await(operations.commitWithoutCookies(own(session)));
    }

    /**
     * Does what {@link #lookup(String)} does, without blocking.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public CompletionStage<Lookup> lookupAsync(@Nullable String cookieHeader) {
        return lookupAsync(cookieHeader, WorkingSession.Origin.COOKIE);
    }

    /**
     * Does what {@link #lookup(Collection)} does, without blocking.
     *
     * @param cookieHeaders the values of the fields; null or empty if the request has none
     */
    public CompletionStage<Lookup> lookupAsync(@Nullable Collection<String> cookieHeaders) {
        return lookupAsync(CookieHeader.join(cookieHeaders));
    }

    /**
     * Does what {@link #peek(String)} does, without blocking.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public CompletionStage<Lookup> peekAsync(@Nullable String cookieHeader) {
        return lookupAsync(cookieHeader, WorkingSession.Origin.PEEK);
    }

    /**
     * Does what {@link #peek(Collection)} does, without blocking.
     *
     * @param cookieHeaders the values of the fields; null or empty if the request has none
     */
    public CompletionStage<Lookup> peekAsync(@Nullable Collection<String> cookieHeaders) {
        return peekAsync(CookieHeader.join(cookieHeaders));
    }

    /**
     * Does what {@link #open(String)} does, without blocking.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public CompletionStage<Session> openAsync(@Nullable String cookieHeader) {
        return lookupAsync(cookieHeader).thenApply(lookup -> operations.sessionOf(lookup, cookieHeader));
    }

    /**
     * Does what {@link #open(Collection)} does, without blocking.
     *
     * @param cookieHeaders the values of the fields; null or empty if the request has none
     */
    public CompletionStage<Session> openAsync(@Nullable Collection<String> cookieHeaders) {
        return openAsync(CookieHeader.join(cookieHeaders));
    }

    /** Does what {@link #commit} does, without blocking. */
    public CompletionStage<List<String>> commitAsync(Session session) {
        return commitForCookiesAsync(session).thenApply(SessionEngine::headers);
    }

    /** Does what {@link #commitForCookies} does, without blocking. */
    public CompletionStage<List<SetCookie>> commitForCookiesAsync(Session session) {
        Recording recording = new Recording();
        return operations.start(() -> operations.commit(own(session))).thenApply(recording::end);
    }

    /** Does what {@link #commitWithoutCookies} does, without blocking. */
    public CompletionStage<@Nullable Void> commitWithoutCookiesAsync(Session session) {
        return operations.start(() -> operations.commitWithoutCookies(own(session)));
    }

    // Sessions by principal and handle

    /**
     * Returns every live session of a principal, in the order of their logins. The list includes each session whose
     * login returned before this call, and none that had ended by then. The call reads the sessions of that principal
     * only.
     *
     * @param principal 1 to 1024 bytes of UTF-8
     * @throws IllegalArgumentException if the principal has another length
     */
    public List<SessionInfo> sessionsOf(String principal) {
        return operations.await(operations.sessionsOf(principal));
    }

    /** Does what {@link #sessionsOf} does, without blocking. */
    public CompletionStage<List<SessionInfo>> sessionsOfAsync(String principal) {
        return operations.start(() -> operations.sessionsOf(principal));
    }

    /**
     * Returns the session of a handle, so that a WebSocket, a job or an administrator's page can read and change it.
     * This is not an access of the session. Commit it with {@link #commit} or {@link #commitWithoutCookies}; it never
     * sets a cookie.
     *
     * @return null if the session has ended
     */
    public @Nullable Session find(SessionHandle handle) {
        return operations.await(operations.find(handle));
    }

    /** Does what {@link #find} does, without blocking. */
    public CompletionStage<@Nullable Session> findAsync(SessionHandle handle) {
        return operations.start(() -> operations.find(handle));
    }

    /**
     * Ends a session. An ended session never comes back.
     *
     * @return false if the session had ended before
     */
    public boolean end(SessionHandle handle) {
        return operations.await(operations.end(handle));
    }

    /** Does what {@link #end} does, without blocking. */
    public CompletionStage<Boolean> endAsync(SessionHandle handle) {
        return operations.start(() -> operations.end(handle));
    }

    /**
     * Ends all sessions of a principal whose login returned before this call.
     *
     * @param principal 1 to 1024 bytes of UTF-8
     * @return the number of sessions that this call ended
     * @throws IllegalArgumentException if the principal has another length
     */
    public int logoutEverywhere(String principal) {
        return operations.await(operations.logoutEverywhere(principal));
    }

    /** Does what {@link #logoutEverywhere} does, without blocking. */
    public CompletionStage<Integer> logoutEverywhereAsync(String principal) {
        return operations.start(() -> operations.logoutEverywhere(principal));
    }

    // Operation

    /** Returns the policy of the session cookie: its name and attributes. */
    public CookiePolicy cookiePolicy() {
        return context.cookies().policy();
    }

    /** Returns the counters of the engine. Takes constant time: it does not scan the store. */
    public EngineMetrics metrics() {
        return context.meter().snapshot(context.store().size());
    }

    /**
     * Returns the state of the key ring. It may check the key file, as each request does, and does not use the store.
     */
    public KeyRingStatus keyStatus() {
        return keys.status(context.clock().now());
    }

    /**
     * Checks whether the store answers and the keys are usable, for a readiness probe. The call reads one session that
     * does not exist. A clustered store may ask another node, for up to its timeout. The call is not counted in the
     * metrics. It does not throw: failures are in the result.
     */
    public EngineHealth health() {
        return healthWith(operations.await(operations.probe()));
    }

    /** Does what {@link #health} does, without blocking. */
    public CompletionStage<EngineHealth> healthAsync() {
        return operations.start(operations::probe).thenApply(this::healthWith);
    }

    private EngineHealth healthWith(@Nullable String storeProblem) {
        long now = context.clock().now();
        return EngineHealth.of(storeProblem, keys.status(now), Instant.ofEpochMilli(now));
    }

    /**
     * Removes expired sessions from the store. The engine does this in the background, unless it was built
     * {@linkplain Builder#withoutSweeping without sweeping}.
     *
     * @param limit the maximum number of sessions to examine
     * @return the number of sessions removed
     */
    public int sweep(int limit) {
        return sweeper.sweep(limit);
    }

    /**
     * Stops the engine's background work and closes its store. Waits for accesses that are being stored, for 5 seconds at
     * most. Calling it again does nothing.
     */
    @Override
    public void close() {
        sweeping.close();
        operations.close();
        context.store().close();
    }

    private Lookup lookup(@Nullable String header, WorkingSession.Origin origin) {
        // An event that reaches no other method is never really allocated.
        return new LookupEvent().isEnabled() ? recordedLookup(header, origin) : countedLookup(header, origin);
    }

    private Lookup countedLookup(@Nullable String header, WorkingSession.Origin origin) {
        long sampleStart = Meter.startSample();
        Lookup result = operations.lookup(header, origin);
        count(result, sampleStart);
        return result;
    }

    private Lookup recordedLookup(@Nullable String header, WorkingSession.Origin origin) {
        LookupEvent event = new LookupEvent();
        event.begin();
        return finish(event, countedLookup(header, origin));
    }

    private CompletionStage<Lookup> lookupAsync(@Nullable String header, WorkingSession.Origin origin) {
        LookupEvent event = new LookupEvent();
        event.begin();
        long sampleStart = Meter.startSample();
        return operations.start(() -> operations.lookupFlow(header, origin)).thenApply(result -> {
            count(result, sampleStart);
            return finish(event, result);
        });
    }

    private void count(Lookup result, long sampleStart) {
        Meter meter = context.meter();
        if (result instanceof Lookup.Found) {
            meter.found.increment();
        } else if (result instanceof Lookup.Absent) {
            meter.absent.increment();
        } else if (result instanceof Lookup.Rejected) {
            meter.rejected.increment();
        } else {
            meter.ended.increment();
        }
        meter.endSample(sampleStart);
    }

    private static Lookup finish(LookupEvent event, Lookup result) {
        event.end();
        if (event.shouldCommit()) {
            event.outcome = result.getClass().getSimpleName();
            event.commit();
        }
        return result;
    }

    private Session own(Session session) {
        if (session.operations() != operations) {
            throw new IllegalArgumentException("another engine opened the session: commit it with that engine");
        }
        return session;
    }

    private static List<String> headers(List<SetCookie> cookies) {
        return cookies.isEmpty()
                ? List.of()
                : cookies.stream().map(SetCookie::toHeader).toList();
    }

    /** Measures one commit. */
    private final class Recording {

        private final CommitEvent event = new CommitEvent();
        private final long start = System.nanoTime();

        Recording() {
            event.begin();
        }

        List<SetCookie> end(List<SetCookie> cookies) {
            context.meter().commitLatency.record(System.nanoTime() - start);
            event.end();
            if (event.shouldCommit()) {
                event.cookies = cookies.size();
                event.commit();
            }
            return cookies;
        }
    }

    /**
     * Settings of a {@link SessionEngine}. Each setting can be set once; a second call throws
     * {@link IllegalStateException}. A duration or size that is not positive throws {@link IllegalArgumentException}.
     * {@link #build} checks that the settings are consistent. Not thread-safe.
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
        private int maxAttributeSize = 64 * 1024;
        private int maxSessionSize = 256 * 1024;
        private int maxSessionsPerPrincipal = 100;
        private SessionLimit sessionLimit = SessionLimit.END_LEAST_RECENTLY_USED;
        private boolean endsOnIdReuse;
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

        /** Sets the store. The engine closes it. Default: a new {@link HeapSessionStore}. */
        public Builder store(SessionStore sessionStore) {
            once("store");
            store = Objects.requireNonNull(sessionStore, "sessionStore");
            return this;
        }

        /** Sets the cookie's name and attributes. Default: {@link CookiePolicy#strict()}. */
        public Builder cookie(CookiePolicy policy) {
            once("cookie");
            cookie = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** Sets how long a session lives after its last access. Default: 30 minutes. */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = positive("idleTimeout", timeout);
            return this;
        }

        /**
         * Sets how long a session lives after its login, or after its creation while it is anonymous. Accesses do not
         * extend this time. Default: 12 hours.
         */
        public Builder absoluteTimeout(Duration timeout) {
            absoluteTimeout = positive("absoluteTimeout", timeout);
            return this;
        }

        /** Sets the timeouts of {@link Persistence#PERSISTENT} sessions. Default: those of the other sessions. */
        public Builder persistentTimeouts(Duration idle, Duration absolute) {
            persistentIdleTimeout = positive("persistentTimeouts", idle);
            persistentAbsoluteTimeout = checkPositive("persistentTimeouts", absolute);
            return this;
        }

        /** Sets the age at which a commit renews a session's id. Default: 15 minutes. */
        public Builder renewalInterval(Duration interval) {
            renewalInterval = positive("renewalInterval", interval);
            return this;
        }

        /**
         * Sets how long a renewed id still opens its session after the new id was first presented, for requests in
         * flight. Until the new id is presented, the old id stays valid, because the response with the new cookie may
         * have been lost. Default: 30 seconds.
         */
        public Builder renewalGrace(Duration grace) {
            renewalGrace = positive("renewalGrace", grace);
            return this;
        }

        /**
         * Sets the minimum interval between stored access times of a session. A session may live this much longer than
         * its idle timeout, never shorter. A second unless set, or a sixtieth of a shorter idle timeout.
         *
         * <p>With an {@link dev.cloakroom.store.AsyncSessionStore} a request does not wait until its access is stored,
         * unless the session would end within half of its idle timeout, or within 30 seconds, without it.
         */
        public Builder touchInterval(Duration interval) {
            touchInterval = positive("touchInterval", interval);
            return this;
        }

        /**
         * Sets the length of the lease of a {@linkplain Session#refresh refresh}. A live node renews its lease while
         * its refresher runs. After the death of a node, other nodes wait for the rest of its lease. Default: 30
         * seconds.
         */
        public Builder refreshLease(Duration lease) {
            refreshLease = positive("refreshLease", lease);
            return this;
        }

        /** Sets the interval between background sweeps of expired sessions. Default: 1 second. */
        public Builder sweepInterval(Duration interval) {
            sweepInterval = positive("sweepInterval", interval);
            return this;
        }

        /** Turns background sweeping off. The application then calls {@link SessionEngine#sweep}. */
        public Builder withoutSweeping() {
            once("sweepInterval");
            sweepInterval = null;
            return this;
        }

        /**
         * Ends a session when the id before its newest one is presented after its grace. Two parties then have the
         * cookie, and one may be a thief. By default the session continues, and the event {@link SessionEvent.IdReused}
         * reports it. Older ids, and ids from before a login or {@link Session#renewId}, are refused and not reported.
         */
        public Builder endOnIdReuse() {
            once("endOnIdReuse");
            endsOnIdReuse = true;
            return this;
        }

        /** Sets the maximum size of one encoded attribute. Default: 64 KiB. */
        public Builder maxAttributeSize(int bytes) {
            maxAttributeSize = positive("maxAttributeSize", bytes);
            return this;
        }

        /** Sets the maximum size of all encoded attributes of a session together. Default: 256 KiB. */
        public Builder maxSessionSize(int bytes) {
            maxSessionSize = positive("maxSessionSize", bytes);
            return this;
        }

        /**
         * Sets the maximum number of sessions of a principal, and the effect of a login beyond it. Default: 100
         * sessions; a further login ends the least recently used one.
         */
        public Builder maxSessionsPerPrincipal(int sessions, SessionLimit limit) {
            maxSessionsPerPrincipal = positive("maxSessionsPerPrincipal", sessions);
            sessionLimit = Objects.requireNonNull(limit, "limit");
            return this;
        }

        /**
         * Sets whether the engine seals sessions (encrypts and authenticates them) before it stores them. Default: it
         * does if they {@linkplain SessionStore#leavesMemory() leave} this process's memory. An engine that seals does
         * not accept sessions that were stored unsealed.
         */
        public Builder sealing(boolean on) {
            once("sealing");
            sealing = on;
            return this;
        }

        /** Sets the listener for session events. Default: none. */
        public Builder listener(SessionListener sessionListener) {
            once("listener");
            listener = Objects.requireNonNull(sessionListener, "sessionListener");
            return this;
        }

        /** Sets the clock. Default: the system clock. */
        public Builder clock(InstantSource source) {
            once("clock");
            clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Sets the source of random bits. A generator that is seeded once draws the same ids in two copies of a
         * process. Default: the platform's preferred {@link SecureRandom}, or the operating system's generator if the
         * preferred one is a generator of the JDK that is seeded once.
         */
        public Builder random(SecureRandom source) {
            once("random");
            random = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Returns a new engine with these settings, and starts its background work.
         *
         * @throws IllegalStateException if no key ring was set, or none of its keys can sign
         * @throws IllegalArgumentException if settings contradict each other; the message states both
         */
        public SessionEngine build() {
            KeyRing ring = keys;
            if (ring == null) {
                throw new IllegalStateException(
                        "keys(...) is missing: set a key ring; KeyRing.random() is enough for a trial");
            }
            if (!ring.at(clock.millis()).canSign()) {
                throw new IllegalStateException("no key of the key ring can sign: add an active key");
            }
            EngineSettings settings = settings();
            SessionStore sessions = store == null ? HeapSessionStore.create() : store;
            SecureRandom secureRandom = random == null ? SystemRandom.create() : random;
            boolean sealed = sealing == null ? sessions.leavesMemory() : sealing;
            EngineClock engineClock = new EngineClock(clock);
            Lifetimes lifetimes = new Lifetimes(settings, engineClock);
            SessionCodec codec = new SessionCodec(ring, lifetimes, sealed, secureRandom);
            Meter meter = new Meter();
            EngineContext context = new EngineContext(
                    sessions,
                    settings,
                    engineClock,
                    lifetimes,
                    new SessionCookies(cookie, ring),
                    new SessionIds(ring, secureRandom),
                    codec,
                    new PrincipalKeys(ring),
                    meter,
                    new Events(listener, engineClock, meter, codec));
            return new SessionEngine(context, ring, new CsrfTokens(ring, secureRandom), sweepInterval);
        }

        private EngineSettings settings() {
            notLonger("idleTimeout", idleTimeout, "absoluteTimeout", absoluteTimeout);
            notLonger("renewalGrace", renewalGrace, "renewalInterval", renewalInterval);
            Duration persistentIdle = persistentIdleTimeout == null ? idleTimeout : persistentIdleTimeout;
            Duration persistentAbsolute =
                    persistentAbsoluteTimeout == null ? absoluteTimeout : persistentAbsoluteTimeout;
            notLonger("persistent idle timeout", persistentIdle, "persistent absolute timeout", persistentAbsolute);
            if (maxAttributeSize > maxSessionSize) {
                throw new IllegalArgumentException(
                        "maxAttributeSize " + maxAttributeSize + " is more than maxSessionSize " + maxSessionSize);
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
                    endsOnIdReuse,
                    maxAttributeSize,
                    maxSessionSize,
                    maxSessionsPerPrincipal,
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
                throw new IllegalStateException(setting + " was set before: set it once");
            }
        }
    }
}
