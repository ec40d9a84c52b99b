// binance-api-node: REST, the user data stream and market streams, and what it saw of them.
const path = require('path')
const readline = require('readline')

const settings = JSON.parse(process.argv[2])
const Binance = require(path.join(settings.modules, 'binance-api-node')).default

const say = (name, value = null) => process.stdout.write(JSON.stringify({ [name]: value }) + '\n')
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const hear = async () => JSON.parse((await lines.next()).value)
const text = value => String(value)

const until = async (condition, what) => {
  const end = Date.now() + 40000
  while (!condition()) {
    if (Date.now() > end) throw new Error('not in time: ' + what)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

const FINAL = ['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED']

const main = async () => {
  const client = Binance({
    apiKey: settings.key, apiSecret: settings.secret, httpBase: settings.rest,
    wsBase: settings.stream + '/ws', wsApi: settings.stream + '/ws-api/v3',
    emitSocketOpens: true,
  })
  const orders = {}, fills = [], pushed = {}, trades = []
  let opened = 0, book = null
  const endUser = await client.ws.user(event => {
    if (event.eventType === 'open') opened += 1
    if (event.eventType === 'executionReport') {
      orders[event.orderId] = [event.orderStatus, text(event.totalTradeQuantity)]
      if (event.executionType === 'TRADE')
        fills.push([event.tradeId, event.orderId, event.priceLastTrade, event.lastTradeQuantity, event.commission, event.commissionAsset].map(text))
    }
    if (event.eventType === 'account' || event.eventType === 'outboundAccountPosition')
      for (const row of event.balances) pushed[row.asset] = [row.free, row.locked]
  })
  client.ws.trades(['BTCUSDT'], trade => trades.push([trade.tradeId, trade.price, trade.quantity, trade.isBuyerMaker]))
  client.ws.partialDepth({ symbol: 'BTCUSDT', level: 20 }, depth => { book = depth })
  await client.ping()
  await until(() => book, 'the book')
  say('ready', { opened })

  const bought = await client.order({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' })
  await client.order({ symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: '0.004' })
  const far = await client.order({ symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '39000' })
  await client.cancelOrder({ symbol: 'BTCUSDT', orderId: far.orderId })
  await until(() => orders[far.orderId] && orders[far.orderId][0] === 'CANCELED', 'the cancel')
  say('traded', { bought: text(bought.orderId) })

  await hear()                                    // the user data connection has been cut
  await until(() => opened >= 2, 'the second connection')
  say('back')
  await hear()                                    // and the venue knows of the new one
  const near = await client.order({ symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '39995' })
  await until(() => orders[near.orderId] && FINAL.includes(orders[near.orderId][0]), 'the fill of the resting order')
  const last = fills[fills.length - 1][0]
  await until(() => trades.some(trade => text(trade[0]) === last), 'the last public trade')
  const account = await client.accountInfo()
  const balances = {}
  for (const row of account.balances) balances[row.asset] = [row.free, row.locked]
  endUser({ delay: 0, fastClose: false })
  say('report', { orders, fills, balances, pushed, trades, book: { bids: book.bids, asks: book.asks } })
  process.exit(0)
}

main().catch(error => { console.error(error); process.exit(1) })
