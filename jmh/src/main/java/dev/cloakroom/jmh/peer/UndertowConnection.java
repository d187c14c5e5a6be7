package dev.cloakroom.jmh.peer;

import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.HttpUpgradeListener;
import io.undertow.server.SSLSessionInfo;
import io.undertow.server.ServerConnection;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.Pool;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.ConnectedChannel;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSinkConduit;

/** A connection without a network: it knows its threads and Undertow's default options, and nothing else. */
final class UndertowConnection extends ServerConnection {

    private final XnioWorker worker;
    private final XnioIoThread ioThread;

    UndertowConnection(XnioWorker worker) {
        this.worker = worker;
        this.ioThread = worker.getIoThread();
    }

    @Override
    public XnioWorker getWorker() {
        return worker;
    }

    @Override
    public XnioIoThread getIoThread() {
        return ioThread;
    }

    @Override
    public OptionMap getUndertowOptions() {
        return OptionMap.EMPTY;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}

    @Override
    public String getTransportProtocol() {
        return "http/1.1";
    }

    @Override
    @Deprecated
    public Pool<ByteBuffer> getBufferPool() {
        throw noNetwork();
    }

    @Override
    public ByteBufferPool getByteBufferPool() {
        throw noNetwork();
    }

    @Override
    public int getBufferSize() {
        throw noNetwork();
    }

    @Override
    public HttpServerExchange sendOutOfBandResponse(HttpServerExchange exchange) {
        throw noNetwork();
    }

    @Override
    public boolean isContinueResponseSupported() {
        return false;
    }

    @Override
    public void terminateRequestChannel(HttpServerExchange exchange) {
        throw noNetwork();
    }

    @Override
    public boolean supportsOption(Option<?> option) {
        return false;
    }

    @Override
    public <T> @Nullable T getOption(Option<T> option) {
        return null;
    }

    @Override
    public <T> @Nullable T setOption(Option<T> option, T value) {
        return null;
    }

    @Override
    public SocketAddress getPeerAddress() {
        throw noNetwork();
    }

    @Override
    public <A extends SocketAddress> A getPeerAddress(Class<A> type) {
        throw noNetwork();
    }

    @Override
    public SocketAddress getLocalAddress() {
        throw noNetwork();
    }

    @Override
    public <A extends SocketAddress> A getLocalAddress(Class<A> type) {
        throw noNetwork();
    }

    @Override
    public @Nullable SSLSessionInfo getSslSessionInfo() {
        return null;
    }

    @Override
    public void setSslSessionInfo(SSLSessionInfo info) {
        throw noNetwork();
    }

    @Override
    public void addCloseListener(CloseListener listener) {
        throw noNetwork();
    }

    @Override
    public ChannelListener.Setter<? extends ConnectedChannel> getCloseSetter() {
        throw noNetwork();
    }

    @Override
    protected StreamConnection upgradeChannel() {
        throw noNetwork();
    }

    @Override
    protected ConduitStreamSinkChannel getSinkChannel() {
        throw noNetwork();
    }

    @Override
    protected ConduitStreamSourceChannel getSourceChannel() {
        throw noNetwork();
    }

    @Override
    protected StreamSinkConduit getSinkConduit(HttpServerExchange exchange, StreamSinkConduit conduit) {
        throw noNetwork();
    }

    @Override
    protected boolean isUpgradeSupported() {
        return false;
    }

    @Override
    protected boolean isConnectSupported() {
        return false;
    }

    @Override
    protected void exchangeComplete(HttpServerExchange exchange) {
        throw noNetwork();
    }

    @Override
    protected void setUpgradeListener(HttpUpgradeListener listener) {
        throw noNetwork();
    }

    @Override
    protected void setConnectListener(HttpUpgradeListener listener) {
        throw noNetwork();
    }

    @Override
    protected void maxEntitySizeUpdated(HttpServerExchange exchange) {}

    @Override
    public boolean isRequestTrailerFieldsSupported() {
        return false;
    }

    private static UnsupportedOperationException noNetwork() {
        return new UnsupportedOperationException("this connection has no network");
    }
}
