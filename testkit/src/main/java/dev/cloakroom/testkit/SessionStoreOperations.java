package dev.cloakroom.testkit;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;

/**
 * The calls that Lincheck mixes on a store. Two sessions, two principals, few versions and few instants make the calls
 * conflict. The test class of a store extends this class with a public constructor that passes a store. All instances
 * may share a store that takes long to create: each instance uses its own keys.
 *
 * <p>The listing of a principal's sessions is one of the calls: for one session it is linearizable with the writes.
 */
@Param(name = "session", gen = IntGen.class, conf = "0:1")
@Param(name = "version", gen = IntGen.class, conf = "1:3")
@Param(name = "principal", gen = IntGen.class, conf = "0:1")
@Param(name = "instant", gen = IntGen.class, conf = "0:3")
public abstract class SessionStoreOperations {

    private static final long IDLE = 2;

    private final SessionStore store;
    private final long mark = System.nanoTime();

    /** Creates operations on a store. */
    protected SessionStoreOperations(SessionStore store) {
        this.store = store;
    }

    /** Returns the text of a session's record without its key, or of its absence. */
    @Operation
    public @Nullable String load(@Param(name = "session") int session) {
        SessionRecord record = store.load(key(session));
        return record == null ? null : describe(record);
    }

    /** Inserts a session of a principal, or an anonymous one. */
    @Operation
    public boolean insert(@Param(name = "session") int session, @Param(name = "principal") int principal) {
        return store.insert(record(session, 1, principal, 0));
    }

    /** Replaces a session's record, and its principal. */
    @Operation
    public boolean replace(
            @Param(name = "session") int session,
            @Param(name = "version") int version,
            @Param(name = "principal") int principal) {
        return store.replace(record(session, version + 1, principal, 0));
    }

    /** Touches a session. */
    @Operation
    public boolean touch(@Param(name = "session") int session, @Param(name = "instant") int instant) {
        return store.touch(key(session), instant);
    }

    /** Deletes a session. */
    @Operation
    public boolean delete(@Param(name = "session") int session) {
        return store.delete(key(session));
    }

    /** Returns whether the index lists a session for a principal, and its version. */
    @Operation
    public @Nullable String listed(@Param(name = "session") int session) {
        List<SessionRecord> sessions = store.byPrincipal(principalKey(1));
        return sessions.stream()
                .filter(record -> record.key().equals(key(session)))
                .map(SessionStoreOperations::describe)
                .findFirst()
                .orElse(null);
    }

    private SessionKey key(int session) {
        return new SessionKey(mark, session);
    }

    private PrincipalKey principalKey(int principal) {
        return new PrincipalKey(mark, principal);
    }

    private SessionRecord record(int session, long version, int principal, long instant) {
        return new SessionRecord(
                key(session),
                version,
                0,
                instant,
                IDLE,
                Long.MAX_VALUE,
                principal == 0 ? null : principalKey(principal),
                new byte[] {(byte) version});
    }

    private static String describe(SessionRecord record) {
        return "version " + record.version() + ", accessed " + record.lastAccess() + ", data " + record.data()[0]
                + (record.principal() == null ? "" : ", bound");
    }
}
