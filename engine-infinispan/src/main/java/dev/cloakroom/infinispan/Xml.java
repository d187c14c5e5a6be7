package dev.cloakroom.infinispan;

/** Writes XML elements without content. */
final class Xml {

    private Xml() {}

    /** Returns an element with attributes, given as names and values in turn. */
    static String element(String name, String... attributes) {
        StringBuilder element = new StringBuilder("<").append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            element.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(escape(attributes[i + 1]))
                    .append('"');
        }
        return element.append("/>").toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace("\"", "&quot;")
                // JGroups would take it for the beginning of a property.
                .replace("$", "&#36;");
    }
}
