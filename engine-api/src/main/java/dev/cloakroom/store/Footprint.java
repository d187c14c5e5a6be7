package dev.cloakroom.store;

/**
 * Estimates the heap memory of the objects of a {@link HeapSessionStore}, in bytes.
 *
 * <p>The sizes are those of the HotSpot JVM: 4 bytes for a reference and a header of 12 bytes while the heap is small
 * enough for compressed references, otherwise 8 and 16. A test compares the estimate with what JOL measures.
 */
final class Footprint {

    private static final long COMPRESSED_BELOW = 32L << 30;
    private static final boolean COMPRESSED = Runtime.getRuntime().maxMemory() < COMPRESSED_BELOW;

    private static final long REFERENCE = COMPRESSED ? 4 : 8;
    private static final long HEADER = COMPRESSED ? 12 : 16;
    private static final long ARRAY_HEADER = HEADER + Integer.BYTES;

    /** A record's object: seven longs and two references. */
    private static final long RECORD = aligned(HEADER + 7 * Long.BYTES + 2 * REFERENCE);

    /** A key's object: two longs. */
    private static final long KEY = aligned(HEADER + 2 * Long.BYTES);

    /** The slots of the record table: on average, four for each record. */
    private static final long SLOTS = 4 * REFERENCE;

    /**
     * A session's place in the index: an entry of a linked hash set (a hash and five references), its slots, two keys.
     */
    private static final long BINDING = aligned(HEADER + Integer.BYTES + 5 * REFERENCE) + 2 * REFERENCE + 2 * KEY;

    /** A principal in the index: an entry of the map, its slots, a set, the set's map, and that map's array. */
    static final long PRINCIPAL = aligned(HEADER + Integer.BYTES + 3 * REFERENCE)
            + 2 * REFERENCE
            + aligned(HEADER + REFERENCE)
            + aligned(HEADER + 3 * Integer.BYTES + Float.BYTES + 6 * REFERENCE + 1)
            + aligned(ARRAY_HEADER);

    private Footprint() {}

    /** Returns the memory of a record, with its entries in the table and, if it has a principal, in the index. */
    static long of(SessionRecord record) {
        return RECORD
                + aligned(ARRAY_HEADER + record.data().length)
                + SLOTS
                + (record.principal() == null ? 0 : BINDING);
    }

    private static long aligned(long bytes) {
        return (bytes + 7) & -8;
    }
}
