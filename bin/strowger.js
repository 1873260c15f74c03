#!/usr/bin/env node
/* Plain old JavaScript, understood as a script and as a module, so that an old Node can say what is missing. */
var NEEDED = 24;

if (parseInt(process.versions.node, 10) >= NEEDED) run();
else hop();

/* What was built ships; a checkout that was not built runs from its sources. */
function run() {
  import('fs')
    .then(function (fs) {
      return fs.existsSync(root(fs) + '/dist/bundle/main.js') ? built(root(fs)) : import('../src/main.ts');
    })
    .then(function (main) {
      return typeof main.main === 'function' ? main.main(process.argv.slice(2)) : undefined;
    })
    .then(function (code) {
      if (typeof code === 'number') process.exitCode = code;
    })
    .catch(fail);
}

/* What was compiled once is kept beside it, where that may be written: the next start takes two thirds of the time. */
function built(folder) {
  return import('module')
    .then(function (module) {
      if (!process.env.NODE_COMPILE_CACHE) module.enableCompileCache(folder + '/dist/.compiled');
      return import('../dist/bundle/main.js');
    });
}

/* An optional dependency brings the Node that is needed: go on in that one. */
function hop() {
  import('fs')
    .then(function (fs) {
      var node = bundled(fs);
      if (node === undefined) return fail(refusal());
      return import('child_process').then(function (processes) {
        goOn(processes, node);
      });
    })
    .catch(fail);
}

function refusal() {
  return (
    'strowger: Strowger needs Node ' + NEEDED + ' or newer and this is ' + process.version + ': install it from https://nodejs.org.'
  );
}

function root(fs) {
  return fs.realpathSync(process.argv[1]).replace(/[\\/]bin[\\/][^\\/]*$/, '');
}

/* In this package's node_modules or in one above, where an installation puts it beside. */
function bundled(fs) {
  var wanted = '/node_modules/node-' + process.platform + '-' + process.arch + '/bin/node';
  for (var folder = root(fs), above = ''; folder !== above; folder = parent(folder)) {
    if (fs.existsSync(folder + wanted)) return folder + wanted;
    above = folder;
  }
  return undefined;
}

function parent(folder) {
  return folder.replace(/[\\/][^\\/]*$/, '');
}

function goOn(processes, node) {
  var options = process.execArgv.concat(process.argv.slice(1));
  var child = processes.spawn(node, options, { stdio: 'inherit' });
  ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR2'].forEach(function (signal) {
    process.on(signal, function () {
      /* A terminal has sent its interrupt to the child already. */
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  });
  child.on('error', fail);
  child.on('exit', function (code, signal) {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function fail(error) {
  console.error(error && error.stack ? error.stack : error);
  process.exitCode = 1;
}
