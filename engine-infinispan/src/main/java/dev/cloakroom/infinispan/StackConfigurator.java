package dev.cloakroom.infinispan;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.sql.DataSource;
import org.infinispan.remoting.transport.jgroups.AbstractJGroupsChannelConfigurator;
import org.jgroups.JChannel;
import org.jgroups.conf.ProtocolConfiguration;
import org.jgroups.conf.XmlConfigurator;
import org.jgroups.protocols.JDBC_PING2;
import org.jgroups.protocols.TCPPING;
import org.jgroups.stack.Protocol;
import org.jgroups.stack.ProtocolStack;
import org.jspecify.annotations.Nullable;

/**
 * Makes the JGroups channel of a node. The database for discovery is handed over as an object: what is in the text of
 * the configuration, Infinispan and JGroups put into their messages.
 */
final class StackConfigurator extends AbstractJGroupsChannelConfigurator {

    private final List<ProtocolConfiguration> protocols;
    private final @Nullable String peers;
    private final @Nullable DataSource database;

    /**
     * Makes a configurator.
     *
     * @param peers the list of peers, as JGroups writes it, or null if the nodes find each other in another way
     */
    StackConfigurator(String xml, @Nullable String peers, @Nullable DataSource database) {
        try {
            protocols = XmlConfigurator.getInstance(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)))
                    .getProtocolStack();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.peers = peers;
        this.database = database;
    }

    @Override
    public String getName() {
        return "cloakroom";
    }

    @Override
    public String getProtocolStackString() {
        return protocols.toString();
    }

    @Override
    public List<ProtocolConfiguration> getProtocolStack() {
        return protocols;
    }

    @Override
    public JChannel createChannel(String name) throws Exception {
        JChannel channel = new JChannel(this);
        if (peers != null) {
            ProtocolStack stack = channel.getProtocolStack();
            stack.replaceProtocol(stack.findProtocol(TCPPING.class), new PeerDiscovery(peers));
        }
        return amendChannel(channel);
    }

    @Override
    public void afterCreation(Protocol protocol) {
        if (protocol instanceof JDBC_PING2 discovery && database != null) {
            discovery.setDataSource(database);
            // It logs a failure each second or so; the database logs the first one itself.
            discovery.setLevel("fatal");
        }
    }
}
