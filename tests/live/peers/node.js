// node.js - the arguments of blocking.py, with Node.
const tls = require('tls'), fs = require('fs'), crypto = require('crypto');
const [mode, ...args] = process.argv.slice(2);
const common = { ALPNProtocols: ['http/1.1'], ciphers: 'DEFAULT:@SECLEVEL=0' };

function serve(port, cert, key, config) {
	const options = { ...common, cert: fs.readFileSync(cert), key: fs.readFileSync(key), minVersion: 'TLSv1' };
	if (config === 'noticket')
		options.secureOptions = crypto.constants.SSL_OP_NO_TICKET;
	if (config === 'retry')
		options.ecdhCurve = 'secp384r1';
	const server = tls.createServer(options, (s) => {
		s.on('error', () => {});
		s.once('data', () => s.end('HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello\n'));
	});
	const sessions = new Map();
	if (config === 'noticket') {
		server.on('newSession', (id, data, done) => { sessions.set(id.toString('hex'), data); done(); });
		server.on('resumeSession', (id, done) => done(null, sessions.get(id.toString('hex')) || null));
	}
	server.on('tlsClientError', () => {});
	server.listen(Number(port), '::');
}

function connect(address, port, servername, version, times, session) {
	const v = 'TLSv' + version.replace('1.0', '1');
	let newest = session;
	const s = tls.connect({ ...common, host: address, port: Number(port), servername, session,
		minVersion: v, maxVersion: v, rejectUnauthorized: false }, () => {
		console.log(JSON.stringify({ version: s.getProtocol().replace('TLSv', '').replace(/^1$/, '1.0'),
			cipher: s.getCipher().standardName, resumed: s.isSessionReused() }));
		s.write('GET / HTTP/1.0\r\n\r\n');
	});
	s.on('session', (data) => { newest = data; });
	s.on('data', () => {});
	s.on('close', () => { if (times > 1) connect(address, port, servername, version, times - 1, newest); });
}

if (mode === 'server')
	serve(...args);
else
	connect(args[0], args[1], args[2], args[3], Number(args[4]));
