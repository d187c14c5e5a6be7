package dev.cloakroom;

/**
 * Room between the beginning of an object and the fields of its class, so that these are on cache lines of their own
 * whatever lies before the object. It takes two lines, which processors fetch as a pair.
 *
 * <p>A superclass's fields come first, which the JDK does not promise but has always done; {@code @Contended}, which does,
 * is the JDK's own.
 */
@SuppressWarnings("unused") // to take room is what the fields are for
abstract class Room {

    /** How much room there is. */
    static final int BYTES = 128;

    private long room00;
    private long room01;
    private long room02;
    private long room03;
    private long room04;
    private long room05;
    private long room06;
    private long room07;
    private long room08;
    private long room09;
    private long room10;
    private long room11;
    private long room12;
    private long room13;
    private long room14;
    private long room15;
}
