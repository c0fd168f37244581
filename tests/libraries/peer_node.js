// peer_node.js - the arguments of peer_python.py, without its first.
const tls = require('tls'), fs = require('fs');
const [mode, port, ...args] = process.argv.slice(2);
const alpn = ['http/1.1'];

function pin(options, version) {
	return { ...options, minVersion: 'TLSv' + version, maxVersion: 'TLSv' + version };
}

function serve(config, cert, key) {
	let options = { ALPNProtocols: alpn, cert: fs.readFileSync(cert), key: fs.readFileSync(key) };
	if (config.startsWith('only'))
		options = pin(options, config.slice(4));
	if (config === 'mutual')
		options = { ...options, requestCert: true, rejectUnauthorized: true, ca: fs.readFileSync(cert) };
	if (config === 'sni')
		options.SNICallback = (name, done) => name === 'known.test' ? done(null, null) : done(new Error('unknown name'));
	const server = tls.createServer(options, (s) => {
		s.on('error', () => {});
		s.once('data', () => s.end('HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello\n'));
	});
	server.on('tlsClientError', () => {});
	server.listen(Number(port), '127.0.0.1');
}

function connect(version, servername, ca) {
	const s = tls.connect(pin({ host: '127.0.0.1', port: Number(port), servername, ca: fs.readFileSync(ca),
		ALPNProtocols: alpn, checkServerIdentity: () => undefined }, version), () => s.write('GET / HTTP/1.0\r\n\r\n'));
	s.on('error', () => {});
	s.on('data', () => {});
}

if (mode === 'server')
	serve(...args);
else
	connect(...args);
