package dev.cloakroom.chronicle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state of a store on disk, apart from its sessions, in a small mapped file. Each process that has the store open
 * sees a change at once. A change survives the end of the process that made it.
 *
 * <pre>
 *  0             8            16               24                    32                  40             48
 *   56
 * +-------------+------------+----------------+---------------------+-------------------+--------------+----------------+-------
 * | i64 magic   | i64 status | i64 generation | i64 layout: maximum | i64 layout:       | i64 damaged  | i64 members,   | i64 layout:
 * | and format  |            | of the files   | sessions            | typical bytes     |              | a bit for each | tiers
 * +-------------+------------+----------------+---------------------+-------------------+--------------+----------------+-------
 *  64             72            80
 * +--------------+-------------+-------------+
 * | i64 boot id, | i64 boot    | i64 suspect |
 * | high half    | id, low     |             |
 * +--------------+-------------+-------------+
 *  256
 * +-------------------------------------+
 * | {@link Counters}                            |
 * +-------------------------------------+
 * </pre>
 */
final class StateFile {

    static final int LENGTH = 4096;

    private static final long MAGIC = 0x01_6D6F6F726B6C6FL;
    private static final int COUNTERS_AT = 256;

    private static final int MAGIC_AT = 0;
    private static final int STATUS_AT = 8;
    private static final int GENERATION_AT = 16;
    private static final int MAXIMUM_SESSIONS_AT = 24;
    private static final int TYPICAL_BYTES_AT = 32;
    private static final int DAMAGED_AT = 40;
    private static final int MEMBERS_AT = 48;
    private static final int TIERS_AT = 56;
    private static final int BOOT_HIGH_AT = 64;
    private static final int BOOT_LOW_AT = 72;
    private static final int SUSPECT_AT = 80;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer memory;

    StateFile(ByteBuffer memory) {
        this.memory = memory;
    }

    /** The stage of a store on disk. */
    enum Status {
        /** The file is new. */
        EMPTY(0),
        /** The maps are being created. They hold no sessions. */
        CREATING(1),
        /** The store is in use, or its process died. */
        OPEN(2),
        /** The store was closed. */
        CLOSED(3);

        private final long code;

        Status(long code) {
            this.code = code;
        }
    }

    /** Returns the stage, or empty if this version cannot read the file. */
    Optional<Status> status() {
        long code = get(STATUS_AT);
        return Arrays.stream(Status.values())
                .filter(status -> status.code == code && get(MAGIC_AT) == (status == Status.EMPTY ? 0 : MAGIC))
                .findFirst();
    }

    void status(Status status) {
        set(MAGIC_AT, MAGIC);
        set(STATUS_AT, status.code);
    }

    long generation() {
        return get(GENERATION_AT);
    }

    void generation(long generation) {
        set(GENERATION_AT, generation);
    }

    Layout layout() {
        return new Layout(get(MAXIMUM_SESSIONS_AT), (int) get(TYPICAL_BYTES_AT), (int) get(TIERS_AT));
    }

    void layout(Layout layout) {
        set(MAXIMUM_SESSIONS_AT, layout.maximumSessions());
        set(TYPICAL_BYTES_AT, layout.typicalBytes());
        set(TIERS_AT, layout.tiers());
    }

    /** Returns whether a process died while it had the store open. All others must close the maps then. */
    boolean damaged() {
        return get(DAMAGED_AT) != 0;
    }

    void damaged(boolean damaged) {
        set(DAMAGED_AT, damaged ? 1 : 0);
    }

    /** Returns whether the store was last opened in the given boot of the system. False if that is unknown. */
    boolean openedSince(@Nullable UUID boot) {
        return boot != null
                && get(BOOT_HIGH_AT) == boot.getMostSignificantBits()
                && get(BOOT_LOW_AT) == boot.getLeastSignificantBits();
    }

    /** Records the boot of the system in which the store is opened. */
    void opened(@Nullable UUID boot) {
        set(BOOT_HIGH_AT, boot == null ? 0 : boot.getMostSignificantBits());
        set(BOOT_LOW_AT, boot == null ? 0 : boot.getLeastSignificantBits());
    }

    /** Returns whether a write may be lost or incomplete without a held lock, such as after a full disk. */
    boolean suspect() {
        return get(SUSPECT_AT) != 0;
    }

    void suspect(boolean suspect) {
        set(SUSPECT_AT, suspect ? 1 : 0);
    }

    /** Returns a bit for each member that has the maps open. */
    long members() {
        return get(MEMBERS_AT);
    }

    void addMember(int member) {
        LONG.getAndBitwiseOr(memory, MEMBERS_AT, 1L << member);
    }

    void removeMember(int member) {
        LONG.getAndBitwiseAnd(memory, MEMBERS_AT, ~(1L << member));
    }

    Counters counters() {
        return new Counters(memory.slice(COUNTERS_AT, Counters.LENGTH));
    }

    private long get(int at) {
        return (long) LONG.getVolatile(memory, at);
    }

    private void set(int at, long value) {
        LONG.setVolatile(memory, at, value);
    }
}
