package dev.cloakroom.jmh.report;

/** A part of the page. */
interface Section {

    /** The name of the hand-written fragment that follows the heading, without {@code .md}. */
    String id();

    String title();

    /** Tells whether this section is where a case belongs. */
    boolean shows(Case measured);

    /** Writes tables and charts; nothing, if nothing that belongs here was measured. */
    void write(Results results, Page page);
}
