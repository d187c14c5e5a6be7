package dev.cloakroom.internal.pool;

/**
 * An object that a {@link StripedPool} lends, with padding at its beginning. The last field of a class that extends
 * this is an array of {@link #BYTES}, which is the padding at its end.
 */
/*
 * One thread writes to such an object, and to the objects that it refers to, many times. The garbage collector places
 * them side by side, next to objects that other threads write to or read. If one thread writes to a cache line, every
 * other thread that uses the line must fetch it again, which takes as long as a read from memory: false sharing. Hence
 * the padding of two lines, because processors fetch lines in pairs.
 *
 * A superclass's fields come before a subclass's, and references in the order of their declaration. The JDK does not
 * promise this, but a test fails where it is not so. @Contended is reserved for the JDK's classes.
 */
@SuppressWarnings("unused") // the fields are there to take room
public abstract class Padded {

    /** The length of the padding at each end, in bytes. */
    public static final int BYTES = 128;

    /** Fills the gap after a header of twelve bytes, which a field of a subclass would take otherwise. */
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
