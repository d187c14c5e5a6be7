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
 * Keeps sessions behind signed cookies: {@code Cookie} headers go in, {@code Set-Cookie} values come out.
 *
 * <pre>{@code
 * SessionEngine engine = SessionEngine.builder().keys(KeyRing.fromFile(path)).build();
 *
 * Session session = engine.open(request.headers("Cookie"));
 * session.put(CART, "umbrella");
 * engine.commit(session).forEach(cookie -> response.addHeader("Set-Cookie", cookie));
 * }</pre>
 *
 * <p><b>The cookie</b> holds a random id and a signature over it. Everything put into a session stays in the store. A
 * request whose cookie was not signed by one of the engine's keys costs no store access, and nothing that a client sends
 * makes a method here throw.
 *
 * <p><b>Each request</b> calls {@link #open} or {@link #lookup} once, and {@link #commit} before it sends its response
 * headers. A lookup counts as an access of the session; {@link #peek} does not.
 *
 * <p><b>The headers</b> may be passed as one string or as the list of all {@code Cookie} fields. HTTP/2 and HTTP/3 may
 * split the header into several fields (RFC 9113, section 8.2.3), so pass the list where the server has one.
 *
 * <p><b>Asynchronous forms</b> do the same without blocking. With a store of this machine the stage is complete when it
 * is returned. With a clustered one it completes when the answer is there. Failures always arrive through the stage.
 *
 * <p><b>Errors.</b> {@link dev.cloakroom.store.StoreUnavailableException} means that the store cannot answer: answer the
 * request with 503. {@link dev.cloakroom.store.StoreFullException} means that there is no room for a new session. Both
 * come from any method that needs the store.
 *
 * <p>An engine is safe for use by any number of threads. One is enough for an application. {@link #close} it at the end.
 * Null is accepted only where it says so.
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

    /** Returns a builder with the default settings; only {@link Builder#keys} has none. */
    public static Builder builder() {
        return new Builder();
    }

    // One request

    /**
     * Returns the result of looking up the session of a {@code Cookie} header. That is an access of the session.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public Lookup lookup(@Nullable String cookieHeader) {
        return lookup(cookieHeader, WorkingSession.Origin.COOKIE);
    }

    /**
     * Returns the result of looking up the session of all {@code Cookie} fields of a request.
     *
     * @param cookieHeaders the values of the fields; null or empty if the request has none
     */
    public Lookup lookup(@Nullable Collection<String> cookieHeaders) {
        return lookup(CookieHeader.join(cookieHeaders));
    }

    /**
     * Does what {@link #lookup(String)} does, without an access: the session's idle timeout goes on. For requests that a
     * page makes by itself, such as polling.
     *
     * @param cookieHeader the header's value, null if the request has none
     */
    public Lookup peek(@Nullable String cookieHeader) {
        return lookup(cookieHeader, WorkingSession.Origin.PEEK);
    }

    /**
     * Does what {@link #lookup(Collection)} does, without an access.
     *
     * @param cookieHeaders the values of the fields; null or empty if the request has none
     */
    public Lookup peek(@Nullable Collection<String> cookieHeaders) {
        return peek(CookieHeader.join(cookieHeaders));
    }

    /**
     * Returns the session of a {@code Cookie} header, or a new anonymous one. As long as nothing is put into it, a new
     * session is not stored and sets no cookie.
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
     * Stores what a request changed in a session and returns the {@code Set-Cookie} values that its response needs,
     * usually none. When another request has ended the session meanwhile, nothing is stored, and
     * {@link Session#isEnded} tells. A session may be changed and committed again.
     *
     * @throws SizeLimitException if the session, with what others have put into it meanwhile, is larger than the engine
     *     allows
     */
    public List<String> commit(Session session) {
        return headers(commitForCookies(session));
    }

    /** Does what {@link #commit} does, and returns the cookies with name, value and attributes apart. */
    public List<SetCookie> commitForCookies(Session session) {
        Recording recording = new Recording();
        return recording.end(operations.await(operations.commit(own(session))));
    }

    /**
     * Stores what a request changed in a session when no cookie can be sent any more: the response headers are gone, or
     * the request is a message on a WebSocket. Nothing is done that needs a cookie: the id is not renewed, and a session
     * that is not stored yet is not stored. A cookie that a login or a logout left to set is dropped.
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
     * Returns every live session of a principal, in the order of their logins. It includes each whose login returned
     * before this call, and none that had ended by then.
     */
    public List<SessionInfo> sessionsOf(String principal) {
        return operations.await(operations.sessionsOf(principal));
    }

    /** Does what {@link #sessionsOf} does, without blocking. */
    public CompletionStage<List<SessionInfo>> sessionsOfAsync(String principal) {
        return operations.start(() -> operations.sessionsOf(principal));
    }

    /**
     * Returns the session of a handle, to be read and changed outside of its browser's requests: from a WebSocket, a job
     * or an administrator's page. That is no access of the session. Commit it with {@link #commit} or {@link
     * #commitWithoutCookies}; it never sets a cookie.
     *
     * @return null if the session is over
     */
    public @Nullable Session find(SessionHandle handle) {
        return operations.await(operations.find(handle));
    }

    /** Does what {@link #find} does, without blocking. */
    public CompletionStage<@Nullable Session> findAsync(SessionHandle handle) {
        return operations.start(() -> operations.find(handle));
    }

    /**
     * Ends a session for good.
     *
     * @return false if it was over already
     */
    public boolean end(SessionHandle handle) {
        return operations.await(operations.end(handle));
    }

    /** Does what {@link #end} does, without blocking. */
    public CompletionStage<Boolean> endAsync(SessionHandle handle) {
        return operations.start(() -> operations.end(handle));
    }

    /**
     * Ends all sessions of a principal for good: each whose login returned before this call.
     *
     * @return how many this call ended
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

    /** Returns what the engine has counted so far. It never scans the store. */
    public EngineMetrics metrics() {
        return context.meter().snapshot(context.store().size());
    }

    /** Returns the state of the key ring now. It may look at the key file, as each request does, and reads no store. */
    public KeyRingStatus keyStatus() {
        return keys.status(context.clock().now());
    }

    /**
     * Checks whether the store answers and the keys are sound: for a readiness check. It asks the store for one session
     * that does not exist. A clustered store may ask another node, and may take as long as its timeout. The call counts in
     * no metric. It never throws: what fails is in the result.
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
     * Removes expired sessions from the store, looking at no more than {@code limit}. The engine does so by itself in the
     * background, unless it was built without.
     *
     * @return how many were removed
     */
    public int sweep(int limit) {
        return sweeper.sweep(limit);
    }

    /** Stops the engine's background work and closes its store. Calling it again does nothing. */
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
            throw new IllegalArgumentException(
                    "the session is another engine's: commit it with the engine that opened it");
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

        /**
         * Sets how long a session lives after its login, or after its beginning while it is anonymous, however much it is
         * used; 12 hours unless set.
         */
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

        /**
         * Sets how long the old id opens the session after its successor was first presented, for requests in flight; 30
         * seconds unless set. Until the successor is presented the old id stays good: the response with the new cookie may
         * have been lost.
         */
        public Builder renewalGrace(Duration grace) {
            renewalGrace = positive("renewalGrace", grace);
            return this;
        }

        /**
         * Sets the minimum interval between stored access times of a session. A session may live this much longer than
         * its idle timeout, never shorter. A second unless set, or a sixtieth of a shorter idle timeout.
         */
        public Builder touchInterval(Duration interval) {
            touchInterval = positive("touchInterval", interval);
            return this;
        }

        /**
         * Sets how long a node that died keeps the other nodes from a {@linkplain Session#refresh refresh} that it had
         * begun; 30 seconds unless set. A node that lives renews its lease while its refresher works.
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

        /** Turns the background sweeping off: the application calls {@link SessionEngine#sweep} itself. */
        public Builder withoutSweeping() {
            once("sweepInterval");
            sweepInterval = null;
            return this;
        }

        /**
         * Ends a session when the id before its newest one is presented after its grace: two parties have its cookie, and
         * one of them may be a thief. Unless set, the session goes on, and only {@link SessionEvent.IdReused} reports it.
         * Ids from before a login or {@link Session#renewId}, and older ones, are refused and not reported.
         */
        public Builder endOnIdReuse() {
            once("endOnIdReuse");
            endsOnIdReuse = true;
            return this;
        }

        /** Sets how large one encoded attribute may be; 64 KiB unless set. */
        public Builder maxAttributeSize(int bytes) {
            maxAttributeSize = positive("maxAttributeSize", bytes);
            return this;
        }

        /** Sets how large all attributes of a session together may be; 256 KiB unless set. */
        public Builder maxSessionSize(int bytes) {
            maxSessionSize = positive("maxSessionSize", bytes);
            return this;
        }

        /**
         * Sets how many sessions a principal may have, and what happens at the next login. Unless set, a principal has
         * 100, and a further login ends the least recently used of them, so that no principal fills the store.
         */
        public Builder maxSessionsPerPrincipal(int sessions, SessionLimit limit) {
            maxSessionsPerPrincipal = positive("maxSessionsPerPrincipal", sessions);
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

        /** Sets the listener for what happens to sessions; none unless set. */
        public Builder listener(SessionListener sessionListener) {
            once("listener");
            listener = Objects.requireNonNull(sessionListener, "sessionListener");
            return this;
        }

        /** Sets the clock; the system clock unless set. */
        public Builder clock(InstantSource source) {
            once("clock");
            clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Sets the source of random bits. Unless set, the platform's preferred {@link SecureRandom}; if that is one of the
         * JDK's own that are seeded once, the operating system's instead. A generator that is seeded once draws the same
         * ids in two copies of a process.
         */
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
                throw new IllegalStateException(setting + " was set before");
            }
        }
    }
}
