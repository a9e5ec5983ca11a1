package io.tillstream.webhook.delivery;

import static io.netty.handler.codec.http.HttpResponseStatus.SWITCHING_PROTOCOLS;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import reactor.netty.NettyPipeline;

/**
 * Ends a connection on which more comes than one answer to each request. What is left of an answer, such as a body after a 204,
 * would be read as the beginning of the next one, which may be to another webhook's delivery.
 */
final class OneAnswerEach extends ChannelDuplexHandler {
    private final Answers answers = new Answers();
    private boolean ended;
    private boolean asked;
    private boolean interim;

    private OneAnswerEach() {}

    /** Of a new connection, whose codec gives way to one that tells what it has left. For requests with a body only, not HEAD. */
    static void addTo(ChannelPipeline pipeline) {
        OneAnswerEach each = new OneAnswerEach();
        pipeline.replace(
                NettyPipeline.HttpCodec,
                NettyPipeline.HttpCodec,
                new CombinedChannelDuplexHandler<>(each.answers, new HttpRequestEncoder()));
        pipeline.addAfter(NettyPipeline.HttpCodec, "tillstream.answers", each);
        pipeline.addBefore(NettyPipeline.HttpCodec, "tillstream.unasked", each.new Unasked());
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpRequest) asked = true;
        var _ = context.write(message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (ended || !asked || message instanceof ByteBuf) { // bytes come after protocols were switched
            end(context, message);
            return;
        }
        if (message instanceof HttpObject part && part.decoderResult().isFailure())
            part.setDecoderResult(DecoderResult.failure(new DecoderException("no HTTP")));
        if (message instanceof HttpResponse answer)
            interim = answer.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && answer.status().code() != SWITCHING_PROTOCOLS.code(); // after which no other answer comes
        if (interim) { // the client would take it for the answer
            ReferenceCountUtil.release(message);
            context.read(); // nobody else knows that more is to come
            return;
        }
        if (message instanceof LastHttpContent) {
            asked = false;
            if (answers.left() > 0) { // before the connection is anybody else's
                ended = true; // at once, however long TLS takes to close
                var _ = context.close();
            }
        }
        context.fireChannelRead(message);
    }

    private static void end(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
        var _ = context.close();
    }

    /** A decoder that tells how many bytes it hasn't read yet. */
    private static final class Answers extends HttpResponseDecoder {
        int left() {
            return actualReadableBytes();
        }
    }

    /** What comes between two requests would wait in the codec, unseen. */
    private final class Unasked extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (asked && !ended) context.fireChannelRead(message);
            else end(context, message);
        }
    }
}
