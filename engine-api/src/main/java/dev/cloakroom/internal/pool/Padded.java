package dev.cloakroom.internal.pool;

/**
 * An object that a {@link StripedPool} lends, with padding at its beginning. The last field of a class that extends this
 * is an array of {@link #BYTES}, which is the padding at its end.
 */
/*
 * One thread writes to such an object and to what it refers to, over and over. A collection puts all of that side by side,
 * in the order of the fields, and right before and behind it what comes before and after it in the graph: what another
 * thread writes to, or the keys that all threads read. Two that share a cache line with a third that writes to it have to
 * fetch it from that one's processor each time, for the time of a read of memory: false sharing. Hence the padding, of two
 * lines, since processors fetch lines in pairs.
 *
 * A superclass's fields come before a subclass's, and references in the order in which they are declared: no promise of the
 * JDK's, but a test says where it is not so. @Contended is for the JDK's own classes.
 */
@SuppressWarnings("unused") // the fields are there to take room
public abstract class Padded {

    /** How much padding there is at either end. */
    public static final int BYTES = 128;

    /** Goes behind a header of twelve bytes, where a field of a subclass would go otherwise. */
    private int behindHeader;

    private long before00;
    private long before01;
    private long before02;
    private long before03;
    private long before04;
    private long before05;
    private long before06;
    private long before07;
    private long before08;
    private long before09;
    private long before10;
    private long before11;
    private long before12;
    private long before13;
    private long before14;
    private long before15;
}
