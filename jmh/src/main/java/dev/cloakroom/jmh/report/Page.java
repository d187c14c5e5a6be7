package dev.cloakroom.jmh.report;

import java.util.LinkedHashMap;
import java.util.Map;

/** The Markdown of one section, and the charts that it shows. */
final class Page {

    private final StringBuilder markdown = new StringBuilder();
    private final Map<String, byte[]> charts = new LinkedHashMap<>();

    /** Adds lines of Markdown as a block of their own; nothing, if there are none. */
    Page block(String lines) {
        if (!lines.isBlank()) {
            markdown.append(lines.strip()).append("\n\n");
        }
        return this;
    }

    /** Adds a chart; its text says what is seen to those who do not see it. */
    Page chart(String name, String text, byte[] svg) {
        if (charts.put(name + ".svg", svg) != null) {
            throw new IllegalStateException("two charts are named " + name);
        }
        return block("![" + text + "](benchmarks/" + name + ".svg)");
    }

    boolean isEmpty() {
        return markdown.isEmpty();
    }

    String markdown() {
        return markdown.toString();
    }

    /** Returns the charts by the names of their files. */
    Map<String, byte[]> charts() {
        return charts;
    }
}
