// peer.js - the arguments of peer.py, with Node.
const tls = require('tls'), fs = require('fs');
const [mode, port, servername, text] = process.argv.slice(2);
const o = JSON.parse(text);
const read = (path) => path && fs.readFileSync(path);
const version = (v) => 'TLSv' + v.replace('1.0', '1');
const options = { ca: read(o.ca), cert: read(o.cert), key: read(o.key), servername,
	minVersion: version(o.version || '1.2'), maxVersion: version(o.max || o.version || '1.3'),
	rejectUnauthorized: mode === 'server' ? !!o.need : !!o.ca, requestCert: !!o.need,
	ALPNProtocols: o.alpn && [o.alpn], ciphers: o.ciphers };

if (mode === 'client') {
	const s = tls.connect({ ...options, host: '127.0.0.1', port: Number(port), localAddress: o.bind },
		() => s.write('GET / HTTP/1.0\r\n\r\n'));
	s.on('data', () => {});
	s.on('error', () => process.exit(1));
} else {
	tls.createServer(options, (s) => {
		s.on('error', () => {});
		s.once('data', () => s.end('HTTP/1.0 200 OK\r\n\r\nhello\n'));
	}).on('tlsClientError', () => {}).listen(Number(port), '127.0.0.1');
}
