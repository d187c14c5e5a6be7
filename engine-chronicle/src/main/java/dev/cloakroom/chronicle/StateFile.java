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
 * What is known of a store on disk beside its sessions, in a small mapped file. A change is seen at once by every
 * process that has the store open, and survives whatever process made it.
 *
 * <pre>
 *  0             8            16               24                    32                  40             48               56
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

    /** How far a store on disk is. */
    enum Status {
        /** The file was just made. */
        EMPTY(0),
        /** The maps are being made; nothing has been stored. */
        CREATING(1),
        /** The store is in use, or was when its process died. */
        OPEN(2),
        /** The store was closed in order. */
        CLOSED(3);

        private final long code;

        Status(long code) {
            this.code = code;
        }
    }

    /** Returns how far the store is, or nothing if this is no state that this version can read. */
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

    /** Returns whether a process died with the store open, so that all others must let go of it. */
    boolean damaged() {
        return get(DAMAGED_AT) != 0;
    }

    void damaged(boolean damaged) {
        set(DAMAGED_AT, damaged ? 1 : 0);
    }

    /** Returns whether the store was opened last in a run of the system; false if that is not known. */
    boolean openedSince(@Nullable UUID boot) {
        return boot != null
                && get(BOOT_HIGH_AT) == boot.getMostSignificantBits()
                && get(BOOT_LOW_AT) == boot.getLeastSignificantBits();
    }

    /** Notes the run of the system in which the store is opened. */
    void opened(@Nullable UUID boot) {
        set(BOOT_HIGH_AT, boot == null ? 0 : boot.getMostSignificantBits());
        set(BOOT_LOW_AT, boot == null ? 0 : boot.getLeastSignificantBits());
    }

    /** Returns whether a write may be lost or half done without a lock that shows it, as when the disk was full. */
    boolean suspect() {
        return get(SUSPECT_AT) != 0;
    }

    void suspect(boolean suspect) {
        set(SUSPECT_AT, suspect ? 1 : 0);
    }

    /** Returns which members have the maps open, a bit for each. */
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
