package dev.cloakroom.jmh;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.SigningKey;
import java.time.Duration;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;

/** An engine with live sessions, and the headers of the requests that come for them. */
final class Cloakroom implements AutoCloseable {

    private static final int PROGRESS_STEPS = 4;

    private final Stores stores;
    private final SessionEngine engine;
    private final String[] headers;

    /**
     * Starts an engine and fills it.
     *
     * @param store as {@link Stores#open} names it
     * @param sealed whether attributes are encrypted
     * @param algorithm hmac or cmac
     * @param sessions how many sessions
     */
    Cloakroom(String store, boolean sealed, String algorithm, int sessions) {
        this(store, sealed, algorithm, sessions, Cloakroom::fill);
    }

    /** Does what the constructor does, for threads that each have a {@linkplain Workload#share share} of the sessions. */
    static Cloakroom shared(String store, boolean sealed, String algorithm, int sessions, int threads) {
        return new Cloakroom(
                store,
                sealed,
                algorithm,
                Workload.cycles(sessions, threads),
                Cloakroom::fill,
                Cloakroom::withoutRenewal);
    }

    Cloakroom(String store, boolean sealed, String algorithm, int sessions, ObjIntConsumer<Session> filler) {
        this(store, sealed, algorithm, sessions, filler, Cloakroom::withoutRenewal);
    }

    Cloakroom(
            String store,
            boolean sealed,
            String algorithm,
            int sessions,
            ObjIntConsumer<Session> filler,
            UnaryOperator<SessionEngine.Builder> settings) {
        this(store, sealed, algorithm, Workload.cycle(sessions), filler, settings);
    }

    private Cloakroom(
            String store,
            boolean sealed,
            String algorithm,
            int[] next,
            ObjIntConsumer<Session> filler,
            UnaryOperator<SessionEngine.Builder> settings) {
        int sessions = next.length;
        stores = Stores.open(store, sessions);
        engine = settings.apply(SessionEngine.builder()
                        .keys(KeyRing.of(SigningKey.generate(algorithm(algorithm))))
                        .store(stores.store())
                        .sealing(sealed))
                .build();
        headers = new String[sessions];
        for (int i = 0; i < sessions; i++) {
            if (sessions >= 1_000_000 && i % (sessions / PROGRESS_STEPS) == 0) {
                System.out.printf("# %,d of %,d sessions made%n", i, sessions);
            }
            Session session = engine.open((String) null);
            filler.accept(session, i);
            session.put(Workload.NEXT, (long) next[i]);
            headers[i] = header(engine.commit(session).get(0));
        }
    }

    private static SessionEngine.Builder withoutRenewal(SessionEngine.Builder settings) {
        return settings.idleTimeout(Duration.ofHours(6)).renewalInterval(Duration.ofHours(6));
    }

    static KeyAlgorithm algorithm(String name) {
        return switch (name) {
            case "hmac" -> KeyAlgorithm.HMAC_SHA_256;
            case "cmac" -> KeyAlgorithm.AES_256_CMAC;
            case "blake3" -> KeyAlgorithm.BLAKE3;
            case "ed25519" -> KeyAlgorithm.ED25519;
            default -> throw new IllegalArgumentException("no algorithm is called " + name);
        };
    }

    static void fill(Session session, int number) {
        Workload.Content content = Workload.content(number, 0);
        session.put(Workload.USER_ID, content.userId());
        session.put(Workload.NAME, content.name());
        session.put(Workload.ROLES, content.roles());
        session.put(Workload.ACCESS_TOKEN, content.accessToken());
    }

    /** Returns the Cookie header that a browser sends after it was given a cookie, among cookies of others. */
    static String header(String setCookie) {
        return "theme=dark; " + setCookie.substring(0, setCookie.indexOf(';')) + "; lang=en";
    }

    SessionEngine engine() {
        return engine;
    }

    String header(int session) {
        return headers[session];
    }

    void header(int session, String header) {
        headers[session] = header;
    }

    int sessions() {
        return headers.length;
    }

    /** Does what is measured: a request comes in and reads one attribute, which tells whose request is next. */
    int next(int session) {
        if (engine.lookup(headers[session]) instanceof Lookup.Found found) {
            Long next = found.session().get(Workload.NEXT);
            if (next != null) {
                return next.intValue();
            }
        }
        throw new IllegalStateException("a live session was not found");
    }

    @Override
    public void close() {
        engine.close();
        stores.close();
    }
}
